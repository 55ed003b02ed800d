import { describe, expect, test } from 'vitest';
import { recordedLog } from '../../tests/support/recorded-log.ts';
import { availableMemoryBytes, heldBounds, memoryRule, warnOfMemory } from './memory-rule.ts';

const MIB = 1024 * 1024;

/** The warning for so many connections on a machine of so many MiB, if there is one. */
function warningFor(maxConnections: number, memoryMib: number): string | undefined {
  const log = recordedLog();
  warnOfMemory(log, memoryRule({ maxConnections }, memoryMib * MIB));
  return log.lines[0];
}

describe('what callers may hold', () => {
  test.each([
    [256, 32, 64],
    [2_048, 128, 256],
    [65_536, 256, 512],
  ])('of %i MiB are %i for requests and %i for answers', (memoryMib, arriving, untaken) => {
    expect(heldBounds(memoryMib * MIB)).toEqual({ arriving: arriving * MIB, untaken: untaken * MIB });
  });

  test('is told part by part', () => {
    expect(memoryRule({ maxConnections: 10_000 }, 8_192 * MIB)).toEqual({
      connectionsMib: 1_250,
      arrivingMib: 256,
      untakenMib: 512,
      availableMib: 8_192,
    });
  });

  test('is warned of where it is more than half of the memory, with the setting to change', () => {
    expect(warningFor(10_000, 2_048)).toMatch(/^warn: .* more than half of its memory: lower max-connections/);
    expect(warningFor(1_000, 2_048)).toBeUndefined();
  });

  test('is warned of where it is not bounded', () => {
    expect(warningFor(0, 8_192)).toMatch(/^warn: .* not bounded: set max-connections/);
  });
});

test('the memory of this machine is some', () => {
  expect(availableMemoryBytes()).toBeGreaterThan(MIB);
  expect(availableMemoryBytes()).toBeLessThan(2 ** 50);
});

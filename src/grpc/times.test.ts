import { create } from '@bufbuild/protobuf';
import { DurationSchema, timestampDate } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEVER } from '../domain/lifetime.ts';
import { MAX_CHAT_TTL_MS } from '../domain/limits.ts';
import { fromDuration, toDuration, toTimestamp } from './times.ts';

function duration(seconds: bigint, nanos = 0): number {
  return fromDuration(create(DurationSchema, { seconds, nanos }));
}

describe('durations', () => {
  test('are the same there and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_CHAT_TTL_MS }), (durationMs) => {
        expect(fromDuration(toDuration(durationMs))).toBe(durationMs);
      }),
    );
  });

  test('are milliseconds', () => {
    expect(duration(0n)).toBe(0);
    expect(duration(90n)).toBe(90_000);
    expect(duration(1n, 500_000_000)).toBe(1500);
    expect(duration(0n, 1_000_000)).toBe(1);
    expect(duration(-1n, -500_000_000)).toBe(-1500);
    expect(duration(315_576_000_000n, 999_000_000)).toBe(315_576_000_000_999);
  });

  test.each([
    ['less than a millisecond', 0n, 1],
    ['not whole milliseconds', 1n, 1_500_000],
    ['a minus before the fraction only', 1n, -1_000_000],
    ['a minus before the seconds only', -1n, 1_000_000],
    ['a second or more in the fraction', 0n, 1_000_000_000],
    ['longer than the type allows', 315_576_000_001n, 0],
    ['as long as 64 bits allow', 2n ** 63n - 1n, 0],
    ['as far back as 64 bits allow', -(2n ** 63n), 0],
  ])('are not a number where they are %s', (_name, seconds, nanos) => {
    expect(duration(seconds, nanos)).toBeNaN();
  });
});

describe('timestamps', () => {
  test('are the same time', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 5e12 }), (at) => {
        expect(timestampDate(toTimestamp(at)!).getTime()).toBe(at);
      }),
    );
  });

  test('are absent for what never comes', () => {
    expect(toTimestamp(NEVER)).toBeUndefined();
  });
});

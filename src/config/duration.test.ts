import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_CHAT_TTL_MS } from '../domain/limits.ts';
import { formatDuration, parseDuration } from './duration.ts';

describe('a duration', () => {
  test.each([
    ['0s', 0],
    ['500ms', 500],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['36525d', MAX_CHAT_TTL_MS],
  ])('reads %s', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  test.each(['', '0', '90', 's', '-1s', '1.5h', '1 h', '1H', '30m1h', '1s1s', '1w', ' 1s', '1s\n', '1e3s', 'none'])(
    'is not %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  test.each([
    [0, '0s'],
    [1, '1ms'],
    [90_000, '1m30s'],
    [1_800_000, '30m'],
    [MAX_CHAT_TTL_MS, '36525d'],
  ])('writes %d ms in the largest units that fit', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  test('reads what it wrote', () => {
    fc.assert(
      fc.property(fc.nat({ max: MAX_CHAT_TTL_MS }), (durationMs) => {
        expect(parseDuration(formatDuration(durationMs))).toBe(durationMs);
      }),
    );
  });
});

import { describe, expect, test } from 'vitest';
import { fromDuration, toDuration, toTime } from './times.ts';

describe('durations', () => {
  test.each([
    [0, '0s'],
    [90_000, '90s'],
    [1_500, '1.500s'],
    [1_001, '1.001s'],
    [3_155_760_000_000, '3155760000s'],
  ])('%d ms is %s, both ways', (durationMs, text) => {
    expect(toDuration(durationMs)).toBe(text);
    expect(fromDuration(text)).toBe(durationMs);
  });

  test.each([
    ['1.5s', 1_500],
    ['1.001000000s', 1_001],
    ['0.05s', 50],
    ['-1.5s', -1_500],
    ['007s', 7_000],
  ])('%s is read as %d ms', (text, durationMs) => {
    expect(fromDuration(text)).toBe(durationMs);
  });

  test.each(['', 's', '1', '1m', '1 s', '.5s', '1.s', '+1s', '1e3s', '1.0001s', '1.000000001s', '1.0000000001s'])(
    '"%s" is none of whole milliseconds',
    (text) => {
      expect(fromDuration(text)).toBeNaN();
    },
  );

  test('go as far as protobuf lets them', () => {
    expect(fromDuration('315576000000s')).toBe(315_576_000_000_000);
    expect(fromDuration('315576000001s')).toBeNaN();
    expect(fromDuration('9999999999999999s')).toBeNaN();
  });
});

test.each([
  [1_755_582_463_500, '2025-08-19T05:47:43.500Z'],
  [1_755_582_463_007, '2025-08-19T05:47:43.007Z'],
  [1_755_582_463_000, '2025-08-19T05:47:43.000Z'],
  [1_755_582_464_999, '2025-08-19T05:47:44.999Z'],
  [0, '1970-01-01T00:00:00.000Z'],
  [4_911_256_063_050, '2125-08-19T05:47:43.050Z'],
])('the time %d is %s, with milliseconds', (at, text) => {
  expect(toTime(at)).toBe(text);
});

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

test('a time has milliseconds', () => {
  expect(toTime(1_755_582_463_500)).toBe('2025-08-19T05:47:43.500Z');
});

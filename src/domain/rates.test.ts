import { describe, expect, test } from 'vitest';
import { fullAfterMs, stillSpent, waitMs, type Rate } from './rates.ts';

const RATE: Rate = { burst: 500, periodMs: 10_000 };

describe('a rate', () => {
  test.each([
    [0, 0],
    [498, 0],
    [499, 0],
    [500, 20],
    [501, 40],
    [499.5, 10],
    [1_000, 10_020],
  ])('with %d of 500 in 10 s spent, lets one more come after %d ms', (spent, expectedMs) => {
    expect(waitMs(spent, RATE)).toBe(expectedMs);
  });

  test.each([
    [500, 0, 500],
    [500, 20, 499],
    [500, 5_000, 250],
    [500, 10_000, 0],
    [500, 99_999, 0],
    [750, 5_000, 500],
    [10, -1_000, 10],
  ])('of %d spent, after %d ms, still has %d', (spent, elapsedMs, expected) => {
    expect(stillSpent(spent, elapsedMs, RATE)).toBe(expected);
  });

  test.each([
    [0, 0],
    [1, 20],
    [500, 10_000],
    [0.01, 1],
  ])('with %d spent, has given all back after %d ms', (spent, expectedMs) => {
    expect(fullAfterMs(spent, RATE)).toBe(expectedMs);
    expect(stillSpent(spent, expectedMs, RATE)).toBe(0);
  });

  test.each<Rate>([
    { burst: 3, periodMs: 1_000 },
    { burst: 7, periodMs: 1_000 },
    { burst: 1, periodMs: 3_600_000 },
    { burst: 999_983, periodMs: 1_009 },
  ])(
    'of $burst in $periodMs ms lets exactly so many come at once, and the next one no earlier and no later than it says',
    (rate) => {
      let spent = 0;
      let count = 0;
      for (; waitMs(spent, rate) === 0; count++) spent += 1;
      expect(count).toBe(rate.burst);
      const ms = waitMs(spent, rate);
      expect(waitMs(stillSpent(spent, ms, rate), rate)).toBe(0);
      expect(waitMs(stillSpent(spent, ms - 1, rate), rate)).toBeGreaterThan(0);
    },
  );
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { endSpread } from './end-spread.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

describe('streams that are ended over a while', () => {
  test('are gone at once where they are few, however long the while', async () => {
    const ended: number[] = [];
    const done = endSpread(range(10), 3_600_000, (item) => ended.push(item));
    expect(ended).toHaveLength(10);
    await done;
  });

  test('are ended at an even pace, the last when it is over', async () => {
    const ended: number[] = [];
    const done = endSpread(range(30_000), 10_000, (item) => ended.push(item));
    for (let second = 1; second < 10; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      expect(ended.length).toBeGreaterThan(2_900 * second);
      expect(ended.length).toBeLessThan(3_100 * second);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    await done;
    expect(ended.toSorted((a, b) => a - b)).toEqual(range(30_000));
  });

  test('are not ended more slowly than 500 in a second', async () => {
    const ended: number[] = [];
    const done = endSpread(range(1_000), 3_600_000, (item) => ended.push(item));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ended.length).toBeLessThan(600);
    await vi.advanceTimersByTimeAsync(1_000);
    await done;
    expect(ended).toHaveLength(1_000);
  });

  test('are ended in an order that says nothing about who came first', async () => {
    const ended: number[] = [];
    await endSpread(range(1_000), 0, (item) => ended.push(item));
    expect(ended).not.toEqual(range(1_000));
    expect(new Set(ended)).toEqual(new Set(range(1_000)));
  });

  test('may be none', async () => {
    await endSpread([], 0, () => expect.unreachable());
  });
});

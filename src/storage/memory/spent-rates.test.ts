import { expect, test } from 'vitest';
import { createMemoryData } from './memory-data.ts';
import { openMemoryStorage } from './open-memory-storage.ts';

const RATE = { burst: 10, periodMs: 1_000 };

test('nothing is kept of a rate that is given back altogether, and all of one that is not', async () => {
  const data = createMemoryData();
  const storage = openMemoryStorage(data);
  const spends = ['a', 'b', 'c'].map((key, index) => ({ key, rate: RATE, count: index + 1, at: 0 }));
  await storage.spendRates({ spends, now: 0 });
  // Put off once more: the house-keeper finds it due, and finds that it lives on.
  await storage.spendRates({ spends: [{ key: 'a', rate: RATE, count: 9, at: 50 }], now: 50 });
  const sizes: number[] = [];
  for (const now of [99, 100, 200, 300, 999, 1_000]) {
    while (await storage.sweep({ now, limit: 1 }));
    sizes.push(data.spentRates.size);
  }
  expect(sizes).toEqual([3, 3, 2, 1, 1, 0]);
});

/** Rates: what is spent on all handles adds up, and is given back evenly. */

import { describe, expect } from 'vitest';

import { range } from './answers.ts';
import { DAY_MS, HOUR_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

const RATE = { burst: 100, periodMs: 10_000 };

export function spentRates(test: StorageTest): void {
  describe('rates', () => {
    test('add up what is spent on both handles', async ({ one, other }) => {
      expect(await one.spend('a', { count: 3 })).toBe(3);
      expect(await other.spend('a', { count: 4 })).toBe(7);
      expect(await one.spend('a', { count: 0 })).toBe(7);
    });

    test('give back evenly, down to nothing and no further', async ({ one, other, clock }) => {
      await one.spend('a', { count: 100 });
      const left: number[] = [];
      for (const stepMs of [1, 99, 2_400, 7_499, 1, HOUR_MS]) {
        clock.advance(stepMs);
        left.push(await other.spend('a', { count: 0 }));
      }
      expect(left).toEqual([99.99, 99, 75, 0.01, 0, 0].map((spent) => expect.closeTo(spent)));
      expect(await one.spend('a')).toBe(1);
    });

    test('may be overspent, and are given back later then', async ({ one, other, clock }) => {
      await one.spend('a', { count: 150 });
      expect(await other.spend('a', { count: 150 })).toBe(300);
      clock.advance(20_000);
      expect(await one.spend('a', { count: 0 })).toBe(100);
    });

    test('have given back what was spent a while ago and is told only now', async ({ one, other, clock }) => {
      clock.advance(1_000);
      expect(await one.spend('a', { count: 30, at: clock.now - 1_000 })).toBe(20);
      expect(await other.spend('a', { count: 1 })).toBe(21);
    });

    test('give nothing back for what is told out of order', async ({ one, other, clock }) => {
      await one.spend('a', { count: 10 });
      expect(await other.spend('a', { count: 5, at: clock.now - 50 })).toBe(15);
      clock.advance(100);
      expect(await one.spend('a', { count: 0 })).toBe(14);
    });

    test('go by the rate that comes with what is spent', async ({ one, other, clock }) => {
      await one.spend('a', { count: 50 });
      clock.advance(1_000);
      expect(await other.spend('a', { count: 0, rate: { burst: 10, periodMs: 1_000 } })).toBe(40);
    });

    test('are apart from each other, down to the case of a letter', async ({ one, other }) => {
      const keys = ['a', 'A', 'a ', 'a:1', 'a:2001:db8:0:1::/64', 'a:2001:db8:0:10::/64'];
      for (const [index, key] of keys.entries()) await one.spend(key, { count: index + 1 });
      for (const [index, key] of keys.entries()) expect(await other.spend(key, { count: 0 })).toBe(index + 1);
    });

    test('are told of many keys at once, and answered in their order', async ({ one, other, clock }) => {
      const spends = range(1, 500).map((count) => ({ key: `k${(count * 7) % 500}`, rate: RATE, count, at: clock.now }));
      expect(await one.spendRates(...spends)).toEqual(range(1, 500));
      expect(await other.spendRates(...spends.toReversed())).toEqual(
        range(1, 500)
          .toReversed()
          .map((count) => 2 * count),
      );
      expect(await one.spendRates()).toEqual([]);
    });

    test('lose nothing of what is told at the same time, in whatever order', async ({ one, other, clock }) => {
      const keys = range(1, 20).map((number) => `k${number}`);
      await race([one, other], 50, (handle, turn) => {
        const inOrder = turn % 3 === 0 ? keys : keys.toReversed();
        return handle.spendRates(...inOrder.map((key) => ({ key, rate: RATE, count: 1, at: clock.now })));
      });
      for (const key of keys) expect(await one.spend(key, { count: 0 })).toBe(50);
    });

    test('count very small and very large numbers exactly', async ({ one, other, clock }) => {
      const rate = { burst: 999_983, periodMs: 3_600_000 };
      expect(await one.spend('a', { count: 999_983, rate })).toBe(999_983);
      clock.advance(7);
      const spent = await other.spend('a', { count: 0, rate });
      expect(spent).toBe(999_983 - (7 * 999_983) / 3_600_000);
    });

    test('are kept by house-keeping as long as something is spent, and not longer', async ({ one, other, clock }) => {
      await one.spend('a', { count: 100 });
      await one.spend('b', { count: 50 });
      clock.advance(5_000);
      await other.sweepAll();
      expect(await one.spend('a', { count: 0 })).toBe(50);
      clock.advance(DAY_MS);
      await other.sweepAll();
      expect(await other.storage.sweep({ now: clock.now, limit: 1 })).toBe(false);
      expect(await one.spend('a')).toBe(1);
    });
  });
}

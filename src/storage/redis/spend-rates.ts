/** What was spent of rates, kept in so many shares that a cluster can spread them, and so few that many keys travel together. */

import type { RateReport, RateSpend } from '../../domain/rates.ts';
import type { Steps } from './operations.ts';
import { listOf, numberOf } from './replies.ts';
import { RATE_GRACE_MS } from './times.ts';

const SHARES = 16;

export async function spendRates(steps: Steps, { spends, now }: RateReport): Promise<readonly number[]> {
  const shares = Map.groupBy(spends, ({ key }) => shareOf(key));
  const spent = new Map<string, number>();
  await Promise.all(
    Array.from(shares, async ([share, own]) => {
      const keys = own.map(({ key }) => key);
      const rest = own.flatMap(argumentsOf);
      const reply = listOf(await steps.run('spend-rates', share, { now, graceMs: RATE_GRACE_MS }, rest, keys));
      for (const [index, key] of keys.entries()) spent.set(key, numberOf(reply[index]));
    }),
  );
  return spends.map(({ key }) => spent.get(key) ?? 0);
}

function argumentsOf({ rate, count, at }: RateSpend): string[] {
  return [rate.burst, rate.periodMs, count, at].map(String);
}

/** The same on every handle. */
function shareOf(key: string): string {
  let sum = 0;
  for (let index = 0; index < key.length; index++) sum = (sum * 31 + key.charCodeAt(index)) % SHARES;
  return String(sum);
}

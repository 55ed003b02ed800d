/** What was spent of rates. What it must do is said at `Storage`. */

import type { RateReport } from '../../domain/rates.ts';
import type { CallOptions } from '../storage.ts';
import type { PostgresData } from './postgres-data.ts';

/** How coarsely it is noted when a row may be deleted. */
const KEPT_UNTIL_STEP_MS = 60_000;

export async function spendRates(
  { database }: PostgresData,
  { spends, now }: RateReport,
  options?: CallOptions,
): Promise<readonly number[]> {
  const columns = [
    spends.map(({ key }) => key),
    spends.map(({ rate }) => rate.burst),
    spends.map(({ rate }) => rate.periodMs),
    spends.map(({ count }) => count),
    spends.map(({ at }) => at),
  ];
  const args = [...columns, now, KEPT_UNTIL_STEP_MS];
  const lines = await database.lines<{ readonly answer: number }>('spend_rates_v1', args, options);
  return lines.map(({ answer }) => answer);
}

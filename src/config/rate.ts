/** The kind of setting that says how fast something may come. */

import type { Rate } from '../domain/rates.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { NONE, type Kind } from './setting.ts';

const MAX_BURST = 1_000_000;
const MIN_PERIOD_MS = 1_000;
const MAX_PERIOD_MS = 86_400_000;

/** A rate, written as `500/10s`, or none. */
export function rate(): Kind<Rate | typeof NONE> {
  return {
    metavar: 'rate',
    allowed:
      `a rate like 500/10s (500 at once, given back evenly over 10s), from 1 to ${MAX_BURST} in ` +
      `${formatDuration(MIN_PERIOD_MS)} to ${formatDuration(MAX_PERIOD_MS)}, or ${NONE} or 0 for no limit`,
    read: (text) => (text === NONE || text === '0' ? NONE : readRate(text)),
    write: (value) => (value === NONE ? NONE : `${value.burst}/${formatDuration(value.periodMs)}`),
  };
}

function readRate(text: string): Rate | undefined {
  const [, count, period] = /^(\d+)\/(.+)$/.exec(text) ?? [];
  const [burst, periodMs] = [Number(count), parseDuration(period ?? '')];
  if (periodMs === undefined || !(burst >= 1 && burst <= MAX_BURST)) return undefined;
  return periodMs >= MIN_PERIOD_MS && periodMs <= MAX_PERIOD_MS ? { burst, periodMs } : undefined;
}

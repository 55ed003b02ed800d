/** Takes out what has expired or is of no use any more, in small batches that any number of instances share. */

import { CLIENT_MESSAGE_ID_MEMORY_MS, ENDED_PLACE_KEPT_MS } from '../../domain/limits.ts';
import type { Argument } from './database.ts';
import { firstRecentBucket } from './get-stats.ts';
import type { PostgresData } from './postgres-data.ts';

/** Before every bucket of a time: holds what the hour of the statistics has left behind. */
const SUM_BUCKET = -1;

/** Does up to `limit` deletions, of what others wait for first. @returns whether more may be left to do now */
export async function sweep(
  data: PostgresData,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<boolean> {
  const startedAtMs = performance.now();
  let left = limit;
  for (const [name, ...args] of steps(data, now)) {
    // A step may take its deletions from several things one after the other: none is left when it does nothing.
    for (;;) {
      const done = await data.database.value<number>(name, [left, ...args], { startedAtMs });
      left -= done;
      if (left <= 0) return true;
      if (done === 0) break;
    }
  }
  return false;
}

/** The functions that sweep, each with its arguments after the limit. */
function steps({ channel, tallyPlace }: PostgresData, now: number): readonly (readonly [string, ...Argument[]])[] {
  return [
    ['sweep_chats_v1', now, ...tallyPlace(now)],
    ['sweep_sessions_v1', now - ENDED_PLACE_KEPT_MS],
    ['sweep_open_chats_of_ended_v1', ...tallyPlace(now), channel],
    ['sweep_trimmed_v1', now],
    ['sweep_closed_chat_v1'],
    ['sweep_ended_session_v1'],
    ['sweep_retry_ids_v1', now - CLIENT_MESSAGE_ID_MEMORY_MS],
    ['sweep_tallies_v1', firstRecentBucket(now), SUM_BUCKET],
    ['sweep_rates_v1', now],
  ];
}

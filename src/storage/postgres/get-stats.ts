/** Figures of the whole server, from counters. */

import { ENDED_PLACE_KEPT_MS, RECENT_RESOLUTION_MS, RECENT_WINDOW_MS } from '../../domain/limits.ts';
import type { Stats } from '../../domain/models.ts';
import type { CallOptions } from '../storage.ts';
import { bucketOf, type PostgresData } from './postgres-data.ts';

/** The first bucket that the last hour touches. */
export function firstRecentBucket(now: number): number {
  return bucketOf(now) - RECENT_WINDOW_MS / RECENT_RESOLUTION_MS;
}

export async function getStats(
  { database }: PostgresData,
  { now }: { readonly now: number },
  options?: CallOptions,
): Promise<Stats> {
  const args = [now, now - ENDED_PLACE_KEPT_MS, firstRecentBucket(now)];
  const line = await database.line<Omit<Stats, 'messagesLastHour'> & { readonly messages_last_hour: number }>(
    'get_stats_v1',
    args,
    options,
  );
  if (line === undefined) throw new Error('get_stats_v1 returned nothing');
  const { users, chats, messages, messages_last_hour: messagesLastHour } = line;
  return { users, chats, messages, messagesLastHour };
}

/** Figures of the whole server, from counters. */

import type { Stats } from '../../domain/models.ts';
import { expireSome } from './house-keeping.ts';
import type { MemoryData } from './memory-data.ts';

export function getStats(data: MemoryData, { now }: { readonly now: number }): Stats {
  expireSome(data, now);
  return {
    users: data.sessions.size,
    chats: data.chats.size,
    messages: data.messageCount,
    messagesLastHour: data.recentMessages.count(now),
  };
}

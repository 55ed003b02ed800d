/** Takes out what has expired or is of no use any more. */

import type { MemoryData } from './memory-data.ts';
import type { SessionRecord } from './session-record.ts';

/** Takes out one session that is over at `now`. @returns whether there was one */
export function expireSession(data: MemoryData, now: number): boolean {
  const session = data.sessionDeadlines.due(now);
  if (session !== undefined) data.removeSession(session);
  return session !== undefined;
}

/** Takes out one chat that is over at `now`. @returns whether there was one */
export function expireChat(data: MemoryData, now: number): boolean {
  const chat = data.chatDeadlines.due(now);
  if (chat !== undefined) data.removeChat(chat, chat.expiresAt);
  return chat !== undefined;
}

/** Takes out every session that is over at `now`, for what counts sessions or active users. */
export function expireSessions(data: MemoryData, now: number): void {
  while (expireSession(data, now));
}

/** Takes out every chat that is over at `now`, for what counts chats or messages. */
export function expireChats(data: MemoryData, now: number): void {
  while (expireChat(data, now));
}

/** Takes out the chats of one user that are over at `now`. */
export function expireChatsOf(data: MemoryData, session: SessionRecord, now: number): void {
  for (;;) {
    const chat = session.openChats.minKey();
    if (chat === undefined || chat.isOpen(now)) return;
    data.removeChat(chat, chat.expiresAt);
  }
}

/** Does up to `limit` pieces of work. @returns whether more is left to do now */
export function sweep(data: MemoryData, { now, limit }: { readonly now: number; readonly limit: number }): boolean {
  for (let done = 0; done < limit; done++) if (!sweepOne(data, now)) return false;
  return isAnythingDue(data, now);
}

function sweepOne(data: MemoryData, now: number): boolean {
  return expireChat(data, now) || expireSession(data, now) || forgetRetries(data, now) || removeVisit(data);
}

function isAnythingDue(data: MemoryData, now: number): boolean {
  const deadlines = [data.chatDeadlines, data.sessionDeadlines, data.retryDeadlines];
  return data.leftoverVisits.length > 0 || deadlines.some((index) => index.due(now) !== undefined);
}

function forgetRetries(data: MemoryData, now: number): boolean {
  const retries = data.retryDeadlines.due(now);
  retries?.forget(now);
  return retries !== undefined;
}

/** Takes one visit to a closed chat from its session. */
function removeVisit({ leftoverVisits }: MemoryData): boolean {
  const visit = leftoverVisits.at(-1)?.next();
  if (visit === undefined) return false;
  if (visit.done === true) leftoverVisits.pop();
  else visit.value.session.visits.delete(visit.value.chat.settings);
  return true;
}

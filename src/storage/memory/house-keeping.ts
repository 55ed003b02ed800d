/** Takes out what has expired or is of no use any more, step by step: each step is one deletion, or finds that something lives on. */

import { isOver } from '../../domain/lifetime.ts';
import type { MemoryData } from './memory-data.ts';
import type { SessionRecord } from './session-record.ts';

/** Steps that a call does of what is not its own, and after which it lets others have their turn. */
export const STEPS_PER_TURN = 500;

/** Takes out the session that came due first, if it is over at `now`. @returns whether one had come due */
export function expireSession(data: MemoryData, now: number): boolean {
  const session = data.sessionDeadlines.due(now);
  if (session === undefined) return false;
  if (!isOver(session.expiresAt, now)) {
    data.sessionDeadlines.putOff(session);
    return true;
  }
  data.removeSession(session);
  if (session.visits.size > 0) data.leftoverVisits.push(session.departingVisits());
  return true;
}

/** Takes out one chat that is over at `now`. @returns whether there was one */
export function expireChat(data: MemoryData, now: number): boolean {
  const chat = data.chatDeadlines.due(now);
  if (chat !== undefined) data.removeChat(chat, chat.expiresAt);
  return chat !== undefined;
}

/** Takes out one chat of this user that is over at `now`. @returns whether there was one */
export function expireChatOf(data: MemoryData, session: SessionRecord, now: number): boolean {
  const chat = session.openChats.minKey();
  if (chat === undefined || chat.isOpen(now)) return false;
  data.removeChat(chat, chat.expiresAt);
  return true;
}

/** Takes out what is counted and over at `now`, as much as a call may: all, unless very much has come due since the last sweep. */
export function expireSome(data: MemoryData, now: number): void {
  for (let steps = 0; steps < STEPS_PER_TURN; steps++) if (!expireOne(data, now)) return;
}

/** Does up to `limit` steps, what is counted first. @returns whether more is left to do now */
export function sweep(data: MemoryData, { now, limit }: { readonly now: number; readonly limit: number }): boolean {
  for (let steps = 0; steps < limit; steps++) if (!sweepOne(data, now)) return false;
  return isAnythingDue(data, now);
}

function sweepOne(data: MemoryData, now: number): boolean {
  return expireOne(data, now) || forgetRetries(data, now) || removeVisit(data) || data.spentRates.forgetOne(now);
}

function expireOne(data: MemoryData, now: number): boolean {
  return expireChat(data, now) || expireSession(data, now);
}

function isAnythingDue(data: MemoryData, now: number): boolean {
  const deadlines = [data.chatDeadlines, data.sessionDeadlines, data.retryDeadlines];
  const isAnyDue = deadlines.some((index) => index.due(now) !== undefined);
  return isAnyDue || data.leftoverVisits.length > 0 || data.spentRates.isDue(now);
}

function forgetRetries(data: MemoryData, now: number): boolean {
  const retries = data.retryDeadlines.due(now);
  if (retries === undefined) return false;
  retries.forget(now);
  data.retryDeadlines.putOff(retries);
  return true;
}

/** Takes out one visit whose session or chat has gone. */
function removeVisit({ leftoverVisits }: MemoryData): boolean {
  const visit = leftoverVisits.at(-1)?.next();
  if (visit === undefined) return false;
  if (visit.done === true) leftoverVisits.pop();
  else visit.value.remove();
  return true;
}

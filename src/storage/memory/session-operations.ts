/** Sessions: start, authenticate, end. What each must do is said at `Storage`. */

import { timingSafeEqual } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

import { Refusal } from '../../domain/errors.ts';
import { isOver } from '../../domain/lifetime.ts';
import { fitsOneMore } from '../../domain/limits.ts';
import type { LiveSession, Session } from '../../domain/models.ts';
import type { Authenticate, CreateSession, EndSession, ListSessions, SessionPage } from '../storage.ts';
import { expireSession, STEPS_PER_TURN } from './house-keeping.ts';
import type { MemoryData } from './memory-data.ts';
import { SessionRecord } from './session-record.ts';

export function createSession(data: MemoryData, command: CreateSession): Session | Refusal<'USER_LIMIT_REACHED'> {
  for (let steps = 0; !fitsOneMore(data.sessions.size, command.maxUsers); steps++) {
    // Many that came due may live on. House-keeping finds the place of one that does not.
    const isEnough = steps === STEPS_PER_TURN;
    if (isEnough || !expireSession(data, command.now)) return new Refusal('USER_LIMIT_REACHED');
  }
  const session = new SessionRecord(command);
  data.addSession(session);
  return session.view();
}

export function authenticate(
  data: MemoryData,
  { userId, tokenHash, now }: Authenticate,
): Session | Refusal<'UNAUTHENTICATED'> {
  const session = data.liveSession(userId, now);
  const isOwner = session?.tokenHash.length === tokenHash.length && timingSafeEqual(session.tokenHash, tokenHash);
  return isOwner ? session.view() : new Refusal('UNAUTHENTICATED');
}

export async function endSession(
  data: MemoryData,
  { userId, closeChats, now }: EndSession,
): Promise<Refusal<'UNAUTHENTICATED' | 'SESSION_HAS_OPEN_CHATS'> | undefined> {
  const session = data.liveSession(userId, now);
  if (session === undefined) return new Refusal('UNAUTHENTICATED');
  const hasOpenChats = !isOver(session.chatsUntil, now);
  if (hasOpenChats && !closeChats) return new Refusal('SESSION_HAS_OPEN_CHATS');
  data.removeSession(session);
  data.userWatchers.wake(userId);
  await inTurns(session.departingVisits(), (visit) => visit.remove());
  await inTurns(session.closingChats(), (chat) => {
    data.removeChat(chat, now);
    data.chatWatchers.wake(chat.id);
  });
  return undefined;
}

export function listSessions(data: MemoryData, { after, limit, now }: ListSessions): SessionPage {
  const sessions: LiveSession[] = [];
  let passedOver = 0;
  let last: string | undefined;
  for (const [userId, session] of data.sessionsById.entries(after)) {
    if (userId === after) continue;
    const isLive = !isOver(session.expiresAt, now);
    const isEnough = isLive ? sessions.length === limit : passedOver === STEPS_PER_TURN;
    if (isEnough) return { sessions, next: last };
    if (isLive) sessions.push(session.operatorView(now));
    else passedOver += 1;
    last = userId;
  }
  return { sessions, next: undefined };
}

/** Works through all items, and lets others have their turn in between. */
async function inTurns<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> {
  let steps = 0;
  for (const item of items) {
    work(item);
    steps += 1;
    if (steps % STEPS_PER_TURN === 0) await setImmediate();
  }
}

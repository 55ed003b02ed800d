/** Sessions: start, authenticate, end. What each must do is said at `Storage`. */

import { timingSafeEqual } from 'node:crypto';

import { Refusal } from '../../domain/errors.ts';
import { ENDED_PLACE_KEPT_MS } from '../../domain/limits.ts';
import type { Session } from '../../domain/models.ts';
import type { Authenticate, CallOptions, CreateSession, EndSession, ListSessions, SessionPage } from '../storage.ts';
import type { PostgresData } from './postgres-data.ts';
import { deadlineOf } from './never.ts';
import { GREATEST_ID, pageOf } from './pages.ts';
import type { SessionLookups } from './session-lookups.ts';

/** A live session as the functions of our schema show it. */
interface SessionLine {
  readonly user_id: string;
  readonly display_name: string;
  readonly created_at: number;
  readonly deadline: number;
  readonly open_chats: number;
}

/** Chats that one statement closes of an ended session. */
const CHATS_PER_STATEMENT = 200;

export async function createSession(
  { database }: PostgresData,
  { user, tokenHash, ttlMs, maxUsers, now }: CreateSession,
  options?: CallOptions,
): Promise<Session | Refusal<'USER_LIMIT_REACHED'>> {
  const { userId, displayName } = user;
  const overAt = now - ENDED_PLACE_KEPT_MS;
  const args = [userId, displayName, Buffer.from(tokenHash), ttlMs, maxUsers, now, overAt];
  const isStarted = await database.value<boolean>('create_session_v1', args, options);
  if (!isStarted) return new Refusal('USER_LIMIT_REACHED');
  return { userId, displayName, createdAt: now, expiresAt: now + ttlMs };
}

export async function authenticate(
  lookups: SessionLookups,
  { userId, tokenHash, now }: Authenticate,
  options?: CallOptions,
): Promise<Session | Refusal<'UNAUTHENTICATED'>> {
  const line = await lookups.find(userId, now, options?.signal);
  if (line === undefined) return new Refusal('UNAUTHENTICATED');
  const isOwner = line.token_hash.length === tokenHash.length && timingSafeEqual(line.token_hash, tokenHash);
  if (!isOwner) return new Refusal('UNAUTHENTICATED');
  const { display_name: displayName, created_at: createdAt, deadline } = line;
  return { userId, displayName, createdAt, expiresAt: deadlineOf(deadline) };
}

export async function endSession(
  data: PostgresData,
  { userId, closeChats, now }: EndSession,
  options?: CallOptions,
): Promise<Refusal<'UNAUTHENTICATED' | 'SESSION_HAS_OPEN_CHATS'> | undefined> {
  const startedAtMs = performance.now();
  const { database, channel } = data;
  const args = [userId, closeChats, now, channel];
  const outcome = await database.value<'UNAUTHENTICATED' | 'SESSION_HAS_OPEN_CHATS' | 'CHATS' | 'DONE'>(
    'end_session_v1',
    args,
    { ...options, startedAtMs },
  );
  if (outcome === 'UNAUTHENTICATED' || outcome === 'SESSION_HAS_OPEN_CHATS') return new Refusal(outcome);
  if (outcome === 'CHATS') await closeChatsOf(data, userId, now, startedAtMs);
  return undefined;
}

export async function listSessions(
  { database }: PostgresData,
  { after = GREATEST_ID, limit, now }: ListSessions,
  options?: CallOptions,
): Promise<SessionPage> {
  const lines = await database.lines<SessionLine>('list_sessions_v1', [after, limit + 1, now], options);
  const { values, next } = pageOf(lines, limit, (line) => line.user_id);
  const sessions = values.map(({ user_id: userId, display_name: displayName, created_at: createdAt, ...line }) => ({
    userId,
    displayName,
    createdAt,
    expiresAt: deadlineOf(line.deadline),
    openChats: line.open_chats,
  }));
  return { sessions, next };
}

/** Nobody opens more, so none is left when none is found. What is not done in time house-keeping does. */
async function closeChatsOf(
  { database, channel, tallyPlace }: PostgresData,
  userId: string,
  now: number,
  startedAtMs: number,
): Promise<void> {
  const args = [userId, CHATS_PER_STATEMENT, ...tallyPlace(now), channel];
  while ((await database.value<number>('close_chats_of_v1', args, { startedAtMs })) > 0);
}

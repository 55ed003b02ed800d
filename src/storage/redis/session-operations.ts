/** Sessions: start, authenticate, end. What each must do is said at `Storage`; the steps and what a crash leaves, in docs/storage-redis.md. */

import { timingSafeEqual } from 'node:crypto';

import { Refusal } from '../../domain/errors.ts';
import { isOver } from '../../domain/lifetime.ts';
import type { LiveSession, Session } from '../../domain/models.ts';
import {
  type Authenticate,
  type CreateSession,
  type EndSession,
  type ListSessions,
  type SessionPage,
  StorageUnavailableError,
} from '../storage.ts';
import { clearUpAfter } from './departing.ts';
import { passOverDamage } from './failures.ts';
import { lookAtSessions } from './looking.ts';
import type { Steps } from './operations.ts';
import { leaseUntil } from './records.ts';
import { listOf, numberOf, textOf, textsOf } from './replies.ts';
import { BROKEN_OFF_AFTER_MS, KEY_GRACE_MS } from './times.ts';

/** Sessions that are looked at, at once and in all, for the sake of one place. */
const LOOKS_AT_ONCE = 50;
const MAX_LOOKS = 500;
/** Sessions of a page that are looked at together. */
const VIEWS_AT_ONCE = 50;

export async function createSession(
  steps: Steps,
  { user, tokenHash, ttlMs, maxUsers, now }: CreateSession,
): Promise<Session | Refusal<'USER_LIMIT_REACHED'>> {
  const { userId, displayName } = user;
  if (!(await takePlace(steps, userId, maxUsers, now))) return new Refusal('USER_LIMIT_REACHED');
  const hash = Buffer.from(tokenHash).toString('hex');
  const made = listOf(
    await steps.run('create-session', userId, {
      now,
      name: displayName,
      tokenHash: hash,
      ttlMs,
      graceMs: KEY_GRACE_MS,
    }),
  );
  if (made[0] !== 'created') throw new StorageUnavailableError('the session was given up before it was made');
  const expiresAt = now + ttlMs;
  await steps.run('look-later', '', { dueBy: Infinity }, [userId, String(leaseUntil({ expiresAt, ttlMs }, now))]);
  return { userId, displayName, createdAt: now, expiresAt };
}

/** Takes a place, if need be that of a session which is over. @returns whether there was one */
async function takePlace(steps: Steps, userId: string, maxUsers: number, now: number): Promise<boolean> {
  const place = { now, user: userId, maxUsers, lookAt: now + BROKEN_OFF_AFTER_MS, dueLimit: LOOKS_AT_ONCE };
  for (let looks = 0; ;) {
    const [kind, due] = listOf(await steps.run('take-session-place', '', place));
    if (kind === 'taken') return true;
    const users = textsOf(due);
    looks += users.length;
    // Many that came due may live on. House-keeping finds the place of one that does not.
    if (users.length === 0 || looks > MAX_LOOKS) return false;
    await passOverDamage(lookAtSessions(steps, users, now));
  }
}

export async function authenticate(
  steps: Steps,
  { userId, tokenHash, now }: Authenticate,
): Promise<Session | Refusal<'UNAUTHENTICATED'>> {
  const found = listOf(
    await steps.command('HMGET', 'user', userId, 'session', 'expiresAt', 'tokenHash', 'name', 'createdAt'),
  );
  if (found[0] === null) return new Refusal('UNAUTHENTICATED');
  const [expiresAt, hash] = [numberOf(found[0]), Buffer.from(textOf(found[1]), 'hex')];
  const isOwner = hash.length === tokenHash.length && timingSafeEqual(hash, tokenHash);
  if (!isOwner || isOver(expiresAt, now)) return new Refusal('UNAUTHENTICATED');
  return { userId, displayName: textOf(found[2]), createdAt: numberOf(found[3]), expiresAt };
}

export async function endSession(
  steps: Steps,
  { userId, closeChats, now }: EndSession,
): Promise<Refusal<'UNAUTHENTICATED' | 'SESSION_HAS_OPEN_CHATS'> | undefined> {
  // Should this break off, somebody looks at the session soon and finds that it is over.
  await steps.run('look-later', '', { dueBy: Infinity }, [userId, String(now + BROKEN_OFF_AFTER_MS)]);
  const [outcome] = listOf(await steps.run('end-session', userId, { now, closeChats, graceMs: KEY_GRACE_MS }));
  if (outcome === 'over') return new Refusal('UNAUTHENTICATED');
  if (outcome === 'has-chats') return new Refusal('SESSION_HAS_OPEN_CHATS');
  await clearUpAfter(steps, userId, now);
  await steps.run('free-session-places', '', { now }, [userId]);
  return undefined;
}

/** Some places are those of sessions that are over or not made yet: then a page is short. */
export async function listSessions(steps: Steps, { after, limit, now }: ListSessions): Promise<SessionPage> {
  const before = after === undefined ? '+' : `(${after}`;
  const found = textsOf(await steps.run('list-sessions', '', { before, limit }));
  const users = found.slice(0, limit);
  const sessions: LiveSession[] = [];
  for (let start = 0; start < users.length; start += VIEWS_AT_ONCE) {
    const some = users.slice(start, start + VIEWS_AT_ONCE);
    const views = await Promise.all(some.map((userId) => viewSession(steps, userId, now)));
    sessions.push(...views.filter((session) => session !== undefined));
  }
  return { sessions, next: found.length > limit ? users.at(-1) : undefined };
}

async function viewSession(steps: Steps, userId: string, now: number): Promise<LiveSession | undefined> {
  const [kind, name, createdAt, expiresAt, openChats] = listOf(await steps.run('view-session', userId, { now }));
  if (kind === 'over') return undefined;
  return {
    userId,
    displayName: textOf(name),
    createdAt: numberOf(createdAt),
    expiresAt: numberOf(expiresAt),
    openChats: numberOf(openChats),
  };
}

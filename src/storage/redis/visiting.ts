/** Acting in a chat: the chat knows for a while that a session is live, and when it does not, the session's home is asked. */

import type { User } from '../../domain/models.ts';
import type { Steps, ScriptArguments } from './operations.ts';
import type { Reply } from './redis-connection.ts';
import { leaseUntil, placeOf, visitorRecord } from './records.ts';
import { listOf, numberOf, textOf } from './replies.ts';
import type { ScriptName } from './scripts.ts';

/** What a session's home says of a live session. */
interface LiveSession {
  readonly expiresAt: number;
  readonly ttlMs: number;
  readonly displayName: string;
}

/** A lease for a chat to take note of. */
export interface Lease {
  readonly lease: number;
  readonly visitor: string;
}

/**
 * Runs a script in a chat for a user. Where the chat does not know whether the user's session is live, asks the session's home and
 * runs it again.
 * @returns the script's answer; undefined if the session is over
 */
export async function runAsVisitor(
  steps: Steps,
  script: ScriptName,
  { chatId, userId, now }: { readonly chatId: string; readonly userId: string; readonly now: number },
  args: ScriptArguments,
): Promise<{ readonly reply: readonly Reply[]; readonly isNew: boolean } | undefined> {
  const first = listOf(await steps.run(script, chatId, args));
  if (first[0] !== 'stranger') return { reply: first, isNew: false };
  const session = await visitChat(steps, userId, placeOf(numberOf(first[1]), chatId), now);
  if (session === undefined) return undefined;
  const reply = await steps.run(script, chatId, { ...args, ...leaseOf(session, now) });
  return { reply: listOf(reply), isNew: true };
}

/** Finds a live session; with a place, has it take note of the chat there, which must be done before that chat gets a lease. */
export async function visitChat(
  steps: Steps,
  userId: string,
  place: string,
  now: number,
): Promise<LiveSession | undefined> {
  const reply = listOf(await steps.run('visit-chat', userId, { now, place }));
  return reply[0] === 'live' ? liveSessionOf(reply) : undefined;
}

/** What follows the first word of an answer about a live session. */
export function liveSessionOf([, expiresAt, ttlMs, displayName]: readonly Reply[]): LiveSession {
  return { expiresAt: numberOf(expiresAt), ttlMs: numberOf(ttlMs), displayName: textOf(displayName) };
}

/** The lease that follows from what was found at `now`. */
export function leaseOf(session: LiveSession, now: number): Lease {
  return { lease: leaseUntil(session, now), visitor: visitorRecord(session.displayName, session.ttlMs) };
}

/** Takes users out of a chat again whose sessions ended while it took note of them. */
export async function leaveIfEnded(
  steps: Steps,
  chatId: string,
  users: readonly Pick<User, 'userId'>[],
): Promise<void> {
  const ended: string[] = [];
  await Promise.all(
    users.map(async ({ userId }) => {
      if ((await steps.command('EXISTS', 'user', userId, 'session')) === 0) ended.push(userId, '');
    }),
  );
  if (ended.length > 0) await steps.run('renew-leases', chatId, {}, ended);
}

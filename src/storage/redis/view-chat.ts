/** A chat as callers see it. */

import { MAX_ACTIVE_USERS_SHOWN } from '../../domain/limits.ts';
import type { ActiveUser, Chat } from '../../domain/models.ts';
import { keptCount } from '../../domain/position.ts';
import { chatDeadline } from '../../domain/lifetime.ts';
import type { GetChat } from '../storage.ts';
import type { Steps } from './operations.ts';
import type { Reply } from './redis-connection.ts';
import { leaseUntil, settingsOf, visitorName } from './records.ts';
import { listOf, numberOf, optionalNumberOf, textOf, textsOf } from './replies.ts';

/** Users whose leases have run out that are looked at together. */
const DUE_AT_ONCE = 100;

/**
 * Finds an open chat. Users whose leases have run out are looked at first: those whose sessions are over leave it.
 * @returns the chat, and how many such users there were
 */
export async function viewChat(
  steps: Steps,
  { chatId, activeSince, now }: GetChat,
): Promise<{ readonly chat: Chat | undefined; readonly tidied: number }> {
  const query = { now, activeSince, shownLimit: MAX_ACTIVE_USERS_SHOWN, dueLimit: DUE_AT_ONCE };
  for (let tidied = 0; ;) {
    const reply = listOf(await steps.run('view-chat', chatId, query));
    if (reply[0] === 'not-found') return { chat: undefined, tidied };
    const due = textsOf(reply[7]);
    if (due.length === 0) return { chat: chatOf(chatId, reply), tidied };
    await lookAtVisitors(steps, chatId, due, now);
    tidied += due.length;
  }
}

function chatOf(chatId: string, [, record, first, last, lastSentAt, count, latest]: readonly Reply[]): Chat {
  const settings = settingsOf(chatId, textOf(record));
  return {
    ...settings,
    expiresAt: chatDeadline(settings.createdAt, settings.ttlMs),
    messageCount: keptCount({ first: numberOf(first), last: numberOf(last) }),
    lastMessageAt: optionalNumberOf(lastSentAt),
    activeUsers: { count: numberOf(count), users: activeUsersOf(textsOf(latest)) },
  };
}

/** Three for each: id, last activity, visitor. */
function activeUsersOf(latest: readonly string[]): ActiveUser[] {
  const users: ActiveUser[] = [];
  for (let index = 0; index < latest.length; index += 3) {
    const [userId = '', lastActiveAt, visitor = ''] = latest.slice(index, index + 3);
    users.push({ userId, displayName: visitorName(visitor), lastActiveAt: numberOf(lastActiveAt) });
  }
  return users;
}

/**
 * Renews leases that have run out, or takes the users out of the chat. Their positions go later, with their visits: a post that is under
 * way may still move on a session that has only just run out.
 */
async function lookAtVisitors(steps: Steps, chatId: string, users: readonly string[], now: number): Promise<void> {
  const rest: string[] = [];
  await Promise.all(
    users.map(async (userId) => {
      const found = listOf(await steps.command('HMGET', 'user', userId, 'session', 'expiresAt', 'ttlMs'));
      const expiresAt = optionalNumberOf(found[0]) ?? now;
      const isLive = expiresAt > now;
      rest.push(userId, isLive ? String(leaseUntil({ expiresAt, ttlMs: numberOf(found[1]) }, now)) : '');
    }),
  );
  await steps.run('renew-leases', chatId, { keepsPositions: true }, rest);
}

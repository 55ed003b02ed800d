/** Figures of the whole server, from what is counted; what has come due is looked at first. */

import type { Stats } from '../../domain/models.ts';
import { closeAndFree } from './closing.ts';
import { passOverDamage } from './failures.ts';
import { lookAtSessions } from './looking.ts';
import type { Steps } from './operations.ts';
import { oldestBucket } from './post-counts.ts';
import { listOf, numberOf, textsOf } from './replies.ts';

/** What one call looks at of what has come due: all, unless very much has since the last sweep. */
const DUE_PER_CALL = 500;

export async function getStats(steps: Steps, now: number): Promise<Stats> {
  const query = { now, oldestBucket: oldestBucket(now) };
  const first = listOf(await steps.run('get-stats', '', { ...query, dueLimit: DUE_PER_CALL }));
  const [users, chats] = [textsOf(first[4]), textsOf(first[5])];
  if (users.length + chats.length === 0) return statsOf(first.slice(0, 4).map(numberOf));
  const tidying = [
    lookAtSessions(steps, users, now),
    ...chats.map((chatId) => closeAndFree(steps, { chatId, userId: '', reason: 'over', now, intent: '' })),
  ];
  await Promise.all(tidying.map(passOverDamage));
  const second = listOf(await steps.run('get-stats', '', { ...query, dueLimit: 0 }));
  return statsOf(second.slice(0, 4).map(numberOf));
}

function statsOf([users = 0, chats = 0, messages = 0, messagesLastHour = 0]: readonly number[]): Stats {
  return { users, chats, messages, messagesLastHour };
}

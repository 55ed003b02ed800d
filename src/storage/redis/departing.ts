/** Clearing up after a session that is over: its chats close, its visits go. */

import { closeAndFree } from './closing.ts';
import type { Steps } from './operations.ts';
import { chatIdOf } from './records.ts';
import { listOf, textsOf } from './replies.ts';

/** What is cleared up at once. */
const AT_ONCE = 100;

/** Clears up all that an ended session has left. */
export async function clearUpAfter(steps: Steps, userId: string, now: number): Promise<void> {
  while (!(await clearUpSomeAfter(steps, userId, now, AT_ONCE)).isDone);
}

/** Clears up at most `limit` chats and visits. Done twice, it is done once. */
export async function clearUpSomeAfter(
  steps: Steps,
  userId: string,
  now: number,
  limit: number,
): Promise<{ readonly count: number; readonly isDone: boolean }> {
  const [chats, places] = listOf(await steps.run('left-by-session', userId, { limit, chatCount: 0 })).map(textsOf);
  if (chats === undefined || places === undefined) return { count: 0, isDone: true };
  await Promise.all([
    ...chats.map((chatId) => closeAndFree(steps, { chatId, userId, reason: 'ended', now, intent: '' })),
    ...places.map((place) => steps.run('renew-leases', chatIdOf(place), {}, [userId, ''])),
  ]);
  const count = chats.length + places.length;
  const crossedOff = { limit: 1, chatCount: chats.length };
  const next = listOf(await steps.run('left-by-session', userId, crossedOff, [...chats, ...places]));
  return { count, isDone: next.every((left) => listOf(left).length === 0) };
}

/** House-keeping: finds what has come due or was broken off and ends it. Any number of handles may; each step may be done twice. */

import { closeAndFree, closingBy } from './closing.ts';
import { clearUpSomeAfter } from './departing.ts';
import { readIntent } from './intents.ts';
import { finishAll } from './failures.ts';
import { lookAtSessions } from './looking.ts';
import { settleOpening } from './opening.ts';
import type { Steps } from './operations.ts';
import { bucketOf, markedChatOf, oldestBucket } from './post-counts.ts';
import { chatIdOf } from './records.ts';
import { listOf, numberOf, optionalNumberOf, textsOf } from './replies.ts';
import { keptCount, keptOf } from '../../domain/position.ts';
import { BROKEN_OFF_AFTER_MS } from './times.ts';

/**
 * Does up to `limit` pieces of work, the most urgent first.
 * @returns whether more is left to do now
 * @throws DamagedRecordError when it has done all that is not damaged
 */
export async function sweep(
  steps: Steps,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<boolean> {
  const query = { now, limit, retakeAt: now + BROKEN_OFF_AFTER_MS, unreportedBefore: now - BROKEN_OFF_AFTER_MS };
  const work = listOf(await steps.run('find-work', '', query)).map(textsOf);
  const [chats = [], users = [], intents = [], marks = [], departed = [], closed = []] = work;
  const looking = lookAtSessions(steps, users, now);
  const urgent = finishAll<unknown>([
    looking,
    ...chats.map((chatId) => closeAndFree(steps, { chatId, userId: '', reason: 'over', now, intent: '' })),
    ...intents.map((intent) => settle(steps, intent, now)),
    countUnreported(steps, marks, now),
  ]);
  await Promise.allSettled([urgent]);
  const leftovers = departed.length + closed.length;
  const clearing = leftovers > 0 && clearUp(steps, departed, closed, now, Math.ceil(limit / leftovers));
  await finishAll<unknown>([urgent, Promise.resolve(clearing)]);
  const goneUsers = await looking;
  const count = work.reduce((sum, found) => sum + found.length, 0);
  return count === limit || goneUsers > 0 || chats.length > 0 || leftovers > 0;
}

/** Ends what was broken off. */
async function settle(steps: Steps, record: string, now: number): Promise<void> {
  const intent = readIntent(record);
  const { chatId, userId } = intent;
  if (intent.kind === 'open') await settleOpening(steps, intent, record, now);
  else await closeAndFree(steps, { chatId, ...closingBy(userId), now: intent.at, intent: record });
}

/** Counts what handles that are gone have posted and not told. */
async function countUnreported(steps: Steps, marks: readonly string[], now: number): Promise<void> {
  const rest: string[] = [];
  const asking = finishAll(
    marks.map(async (mark) => {
      const chatId = markedChatOf(mark);
      const found = listOf(await steps.command('HMGET', 'chat', chatId, 'meta', 'lastSeq', 'keep', 'lastSentAt'));
      const last = optionalNumberOf(found[0]) ?? 0;
      const kept = last === 0 ? 0 : keptCount(keptOf(last, numberOf(found[1])));
      rest.push(chatId, String(kept), String(last), String(bucketOf(optionalNumberOf(found[2]) ?? now)), mark, '');
    }),
  );
  await Promise.allSettled([asking]);
  if (rest.length > 0) await steps.run('report-posts', '', { oldestBucket: oldestBucket(now) }, rest);
  await asking;
}

/** Clears up after sessions and chats that are over, some of each. */
async function clearUp(
  steps: Steps,
  departed: readonly string[],
  closed: readonly string[],
  now: number,
  limitEach: number,
): Promise<void> {
  const doneUsers: string[] = [];
  const doneChats: string[] = [];
  const clearing = finishAll([
    ...departed.map(async (userId) => {
      if ((await clearUpSomeAfter(steps, userId, now, limitEach)).isDone) doneUsers.push(userId);
    }),
    ...closed.map(async (place) => {
      if (await crossOffVisitors(steps, place, limitEach)) doneChats.push(place);
    }),
  ]);
  await Promise.allSettled([clearing]);
  if (doneUsers.length + doneChats.length > 0) {
    await steps.run('forget-departed', '', { userCount: doneUsers.length }, [...doneUsers, ...doneChats]);
  }
  await clearing;
}

/** Takes a closed chat off the lists of some who visited it. @returns whether nobody is left */
async function crossOffVisitors(steps: Steps, place: string, limit: number): Promise<boolean> {
  const chatId = chatIdOf(place);
  const users = textsOf(await steps.run('departed-visitors', chatId, { limit }));
  await Promise.all(users.map((userId) => steps.run('forget-visits', userId, {}, [place])));
  return textsOf(await steps.run('departed-visitors', chatId, { limit: 1 }, users)).length === 0;
}

/** What a user has not read, chat by chat. */

import type { UnreadCount } from '../../domain/models.ts';
import { missedAfter, unreadAfter } from '../../domain/position.ts';
import type { ListUnreadCounts, UnreadCountPage } from '../storage.ts';
import type { Steps } from './operations.ts';
import { chatIdOf, cursorOf, listStart } from './records.ts';
import { listOf, numberOf, textsOf } from './replies.ts';

/** Visits that are passed over at most: where there are more the page ends, short or empty, and the next page goes on. */
const MAX_PASSED_OVER = 1_000;

export async function listUnreadCounts(
  steps: Steps,
  { userId, after, limit, now }: ListUnreadCounts,
): Promise<UnreadCountPage> {
  const counts: UnreadCount[] = [];
  let before = listStart(after);
  let last = '';
  for (let passedOver = 0; passedOver <= MAX_PASSED_OVER;) {
    const places = textsOf(await steps.run('list-visits', userId, { now, before, limit: limit + 1 }));
    const found = await countAll(steps, userId, places, now);
    for (const [index, place] of places.entries()) {
      if (counts.length === limit) return { counts, next: cursorOf(last) };
      const count = found[index];
      if (count === undefined) passedOver += 1;
      else counts.push(count);
      last = place;
    }
    if (places.length <= limit) return { counts, next: undefined };
    before = `(${last}`;
  }
  return { counts, next: cursorOf(last) };
}

/** Counts in the chats at these places; where one is gone, the visit goes too. */
async function countAll(
  steps: Steps,
  userId: string,
  places: readonly string[],
  now: number,
): Promise<readonly (UnreadCount | undefined)[]> {
  const gone: string[] = [];
  const counts = await Promise.all(
    places.map(async (place) => {
      const chatId = chatIdOf(place);
      const [kind, ...numbers] = listOf(await steps.run('count-unread', chatId, { now, user: userId }));
      if (kind === 'gone') gone.push(place);
      if (kind !== 'count') return undefined;
      const [first = 0, last = 0, position = 0] = numbers.map(numberOf);
      const kept = { first, last };
      const unread = unreadAfter(position, kept);
      return { chatId, position, lastSeq: last, unread, missed: missedAfter(position, kept) };
    }),
  );
  if (gone.length > 0) await steps.run('forget-visits', userId, {}, gone);
  return counts;
}

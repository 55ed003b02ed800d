/** Pages of lists of chats, cut from one line more than a page has. */

import type { ChatCursor } from '../storage.ts';

/** Before every chat in the order "most recently created first". */
const BEFORE_ALL: ChatCursor = {
  createdAt: Number.MAX_SAFE_INTEGER,
  chatId: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

/** The place that a page begins after, as arguments. */
export function placeAfter(after: ChatCursor | undefined): readonly [number, string] {
  const { createdAt, chatId } = after ?? BEFORE_ALL;
  return [createdAt, chatId];
}

/** Up to `limit` lines, and where the next page begins if there are more. */
export function pageOf<Line>(
  lines: readonly Line[],
  limit: number,
  cursorOf: (line: Line) => ChatCursor,
): { readonly values: readonly Line[]; readonly next: ChatCursor | undefined } {
  const values = lines.slice(0, limit);
  const last = values.at(-1);
  return { values, next: lines.length > limit && last !== undefined ? cursorOf(last) : undefined };
}

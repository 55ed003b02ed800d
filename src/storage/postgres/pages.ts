/** Pages of lists, cut from one line more than a page has. */

import type { ChatCursor } from '../storage.ts';

/** Greater than every id. */
export const GREATEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** Before every chat in the order "most recently created first". */
const BEFORE_ALL: ChatCursor = { createdAt: Number.MAX_SAFE_INTEGER, chatId: GREATEST_ID };

/** The place that a page begins after, as arguments. */
export function placeAfter(after: ChatCursor | undefined): readonly [number, string] {
  const { createdAt, chatId } = after ?? BEFORE_ALL;
  return [createdAt, chatId];
}

/** Up to `limit` lines, and where the next page begins if there are more. */
export function pageOf<Line, Cursor>(
  lines: readonly Line[],
  limit: number,
  cursorOf: (line: Line) => Cursor,
): { readonly values: readonly Line[]; readonly next: Cursor | undefined } {
  const values = lines.slice(0, limit);
  const last = values.at(-1);
  return { values, next: lines.length > limit && last !== undefined ? cursorOf(last) : undefined };
}

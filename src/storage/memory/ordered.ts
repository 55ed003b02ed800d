/** Ordered indexes: the B+ tree that the memory storage keeps them in, and the order of lists of chats. */

import sortedBTree from 'sorted-btree';

import type { ChatCursor } from '../storage.ts';

/** Values that a page passes over at most: where there are more it ends, short or empty, and the next page goes on. */
const MAX_PASSED_OVER = 1_000;

/** A map in the order of its keys. A key must not change its place while it is inside. */
export const BTree = sortedBTree.default;
export type BTree<K, V = undefined> = sortedBTree.default<K, V>;

/** The place of a chat in the order "most recently created first". */
interface ChatPlace {
  readonly createdAt: number;
  readonly id: string;
}

/** An index of chats, most recently created first. */
export type ChatIndex<V> = BTree<ChatPlace, V>;

/** An empty index of chats. */
export function chatIndex<V>(): ChatIndex<V> {
  return new BTree<ChatPlace, V>(undefined, compareNewestFirst);
}

/** Compares by code units, as every storage orders ids. */
export function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * Up to `limit` values of the index that `isShown` lets through, from just after `after` (absent: from the start), and where
 * the next page begins, absent at the end. What is not shown is passed over on the way; where that is much, the page is short.
 */
export function pageOf<V>(
  index: ChatIndex<V>,
  { after, limit }: { readonly after: ChatCursor | undefined; readonly limit: number },
  isShown: (value: V) => boolean,
): { readonly values: V[]; readonly next: ChatCursor | undefined } {
  const start = after && { createdAt: after.createdAt, id: after.chatId };
  const values: V[] = [];
  let passedOver = 0;
  let last: ChatPlace | undefined;
  for (const [place, value] of index.entries(start)) {
    if (start !== undefined && compareNewestFirst(place, start) <= 0) continue;
    const isVisible = isShown(value);
    const isEnd = isVisible ? values.length === limit : passedOver === MAX_PASSED_OVER;
    if (isEnd) return { values, next: last && cursorOf(last) };
    if (isVisible) values.push(value);
    else passedOver += 1;
    last = place;
  }
  return { values, next: undefined };
}

/** The cursor of a page that ends with this chat. */
export function cursorOf({ createdAt, id }: ChatPlace): ChatCursor {
  return { createdAt, chatId: id };
}

function compareNewestFirst(a: ChatPlace, b: ChatPlace): number {
  return b.createdAt - a.createdAt || compareIds(b.id, a.id);
}

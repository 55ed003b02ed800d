/** Ordered indexes: the B+ tree that the memory storage keeps them in, and the order of lists of chats. */

import sortedBTree from 'sorted-btree';

import type { ChatCursor } from '../storage.ts';

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
 * the next page begins, absent at the end. What is not shown is passed over on the way.
 */
export function pageOf<V>(
  index: ChatIndex<V>,
  { after, limit }: { readonly after: ChatCursor | undefined; readonly limit: number },
  isShown: (value: V) => boolean,
): { readonly values: V[]; readonly next: ChatCursor | undefined } {
  const start = after && { createdAt: after.createdAt, id: after.chatId };
  const values: V[] = [];
  let last: ChatPlace | undefined;
  for (const [place, value] of index.entries(start)) {
    const isAfter = start === undefined || compareNewestFirst(place, start) > 0;
    if (!isAfter || !isShown(value)) continue;
    if (values.length === limit) {
      return { values, next: last && { createdAt: last.createdAt, chatId: last.id } };
    }
    values.push(value);
    last = place;
  }
  return { values, next: undefined };
}

function compareNewestFirst(a: ChatPlace, b: ChatPlace): number {
  return b.createdAt - a.createdAt || compareIds(b.id, a.id);
}

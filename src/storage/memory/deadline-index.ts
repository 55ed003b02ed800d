/** What has come due? An index of deadlines that costs nothing when one of them moves away. */

import { isOver, NEVER } from '../../domain/lifetime.ts';
import { BTree, compareIds } from './ordered.ts';

/** Something that ends. */
export interface Expiring {
  readonly id: string;
  /** When it ends as things are now; NEVER if no end is in sight. */
  readonly expiresAt: number;
  /** When it comes due, never later than it ends; NEVER while it is not in the index. Written by the index only. */
  indexedAt: number;
}

/**
 * Finds what has come due, earliest first. Most deadlines only ever move away, with every message of a session: the index leaves
 * such an item where it is, and whoever finds it due before its end puts it off. There are no timers, so nothing comes due early.
 */
export class DeadlineIndex<Item extends Expiring> {
  readonly #items: BTree<Expiring> = new BTree<Expiring, undefined>(undefined, compareIndexed);

  /** Takes note of an item that is new or whose deadline may have moved: it comes due at `at`, if not before. */
  update(item: Item, at: number = item.expiresAt): void {
    if (at < item.indexedAt) this.putOff(item, at);
  }

  /** Has an item come due at `at`, whatever was noted before. */
  putOff(item: Item, at: number = item.expiresAt): void {
    this.remove(item);
    item.indexedAt = at;
    if (at !== NEVER) this.#items.set(item, undefined);
  }

  /** Forgets an item, if it is there. */
  remove(item: Item): void {
    if (item.indexedAt !== NEVER) this.#items.delete(item);
    item.indexedAt = NEVER;
  }

  /** The item that came due first, if any has at `now`: over, or one to put off. It stays until it is removed. */
  due(now: number): Item | undefined {
    const item = this.#items.minKey() as Item | undefined;
    return item !== undefined && isOver(item.indexedAt, now) ? item : undefined;
  }
}

function compareIndexed(a: Expiring, b: Expiring): number {
  return a.indexedAt - b.indexedAt || compareIds(a.id, b.id);
}

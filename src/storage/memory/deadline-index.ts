/** What has expired? An index of deadlines that costs nothing when one of them moves away. */

import { isOver, NEVER } from '../../domain/lifetime.ts';
import { BTree, compareIds } from './ordered.ts';

/** Something that ends. */
export interface Expiring {
  readonly id: string;
  /** When it ends as things are now; NEVER if no end is in sight. */
  readonly expiresAt: number;
  /** Where the index has it, never later than it ends; NEVER while it is not in the index. Written by the index only. */
  indexedAt: number;
}

/**
 * Finds what is due, earliest first. Most deadlines only ever move away, with every message of a session: the index leaves such
 * an item where it is and corrects its place when that comes due. There are no timers, so nothing comes due early.
 */
export class DeadlineIndex<Item extends Expiring> {
  readonly #items: BTree<Expiring> = new BTree<Expiring, undefined>(undefined, compareIndexed);

  /** Takes note of an item that is new or whose deadline may have moved. */
  update(item: Item): void {
    if (item.expiresAt < item.indexedAt) this.#place(item);
  }

  /** Forgets an item, if it is there. */
  remove(item: Item): void {
    if (item.indexedAt !== NEVER) this.#items.delete(item);
    item.indexedAt = NEVER;
  }

  /** The item that is over the longest at `now`, or undefined if none is. It stays until it is removed. */
  due(now: number): Item | undefined {
    for (;;) {
      const item = this.#items.minKey() as Item | undefined;
      if (item === undefined || !isOver(item.indexedAt, now)) return undefined;
      if (isOver(item.expiresAt, now)) return item;
      this.#place(item);
    }
  }

  #place(item: Item): void {
    this.remove(item);
    item.indexedAt = item.expiresAt;
    if (item.indexedAt !== NEVER) this.#items.set(item, undefined);
  }
}

function compareIndexed(a: Expiring, b: Expiring): number {
  return a.indexedAt - b.indexedAt || compareIds(a.id, b.id);
}

/** Things that are open while somebody uses them: the first user opens one, the last one closes it. */

interface Entry<T> {
  readonly thing: T;
  users: number;
}

/** One thing per key, with a count of its users. */
export class RefCounted<T extends { close(): void }> {
  readonly #entries = new Map<string, Entry<T>>();

  /** How many are open. */
  get size(): number {
    return this.#entries.size;
  }

  /** Counts one more user of the key's thing, opening it for the first. Each acquiring needs one release. */
  acquire(key: string, open: () => T): T {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { thing: open(), users: 0 };
      this.#entries.set(key, entry);
    }
    entry.users++;
    return entry.thing;
  }

  /** Counts one user less, closing the thing after the last. */
  release(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || --entry.users > 0) return;
    this.#entries.delete(key);
    entry.thing.close();
  }
}

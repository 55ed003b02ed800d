/** Who wants to know when something about a chat, or about a user, has changed. */

/** Watches by the id of what they are on. */
export class Watchers {
  readonly #watches = new Map<string, Set<Watch>>();

  /** Calls `wake` after each later change of `id`. @returns a function that ends this and may be called twice. */
  add(id: string, wake: () => void): () => void {
    const watches = this.#watches.get(id) ?? new Set();
    const watch = new Watch(wake);
    this.#watches.set(id, watches.add(watch));
    return () => {
      watch.end();
      watches.delete(watch);
      if (watches.size === 0 && this.#watches.get(id) === watches) this.#watches.delete(id);
    };
  }

  /** Wakes the watches of `id`. */
  wake(id: string): void {
    const watches = this.#watches.get(id);
    if (watches !== undefined) for (const watch of watches) watch.wakeSoon();
  }
}

/**
 * Wakes at the end of the turn of the change: after its commit, after the watch was handed to its owner, and once
 * for all changes of that turn.
 */
class Watch {
  readonly #wake: () => void;
  #isDue = false;
  #hasEnded = false;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  wakeSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (!this.#hasEnded) this.#wake();
    });
  }

  end(): void {
    this.#hasEnded = true;
  }
}

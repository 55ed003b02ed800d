/**
 * The deadlines of running calls: one wake-up of the clock for all of them, because most calls are over long before theirs.
 * It stays when the last of them is over: to arm one for every call would cost more than many calls do.
 */

import type { Clock } from './clock.ts';

interface Deadline {
  readonly at: number;
  readonly callback: () => void;
}

/** Deadlines that all lie equally far ahead when they are set, so that the first one set is the first to pass. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #pending = new Set<Deadline>();
  #isWaiting = false;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** Calls `callback` when the limit has passed from now. @returns a function that cancels it. */
  set(callback: () => void): () => void {
    const deadline = { at: this.#clock.now() + this.#limitMs, callback };
    this.#pending.add(deadline);
    if (!this.#isWaiting) this.#waitFor(deadline);
    return () => this.#pending.delete(deadline);
  }

  #waitFor({ at }: Deadline): void {
    this.#isWaiting = true;
    this.#clock.wakeAt(at, () => this.#wake());
  }

  #wake(): void {
    const now = this.#clock.now();
    this.#isWaiting = false;
    for (const deadline of this.#pending) {
      if (deadline.at > now) return this.#waitFor(deadline);
      this.#pending.delete(deadline);
      deadline.callback();
    }
  }
}

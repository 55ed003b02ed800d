/** The deadlines of running calls: one wake-up of the clock for all of them, because most calls are over long before theirs. */

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
  #cancelWakeUp: (() => void) | undefined;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** Calls `callback` when the limit has passed from now. @returns a function that cancels it. */
  set(callback: () => void): () => void {
    const deadline = { at: this.#clock.now() + this.#limitMs, callback };
    this.#pending.add(deadline);
    if (this.#cancelWakeUp === undefined) this.#waitFor(deadline);
    return () => {
      this.#pending.delete(deadline);
      if (this.#pending.size === 0) this.#rest();
    };
  }

  #waitFor({ at }: Deadline): void {
    this.#cancelWakeUp = this.#clock.wakeAt(at, () => this.#wake());
  }

  #rest(): void {
    this.#cancelWakeUp?.();
    this.#cancelWakeUp = undefined;
  }

  #wake(): void {
    const now = this.#clock.now();
    this.#cancelWakeUp = undefined;
    for (const deadline of this.#pending) {
      if (deadline.at > now) return this.#waitFor(deadline);
      this.#pending.delete(deadline);
      deadline.callback();
    }
  }
}

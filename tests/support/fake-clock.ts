/** A clock that stands still until a test moves it. */

import type { Clock } from '../../src/service/clock.ts';

interface WakeUp {
  readonly at: number;
  readonly callback: () => void;
}

/** Starts on 1 January 2026 unless told otherwise. */
export class FakeClock implements Clock {
  #now: number;
  readonly #wakeUps = new Set<WakeUp>();

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  /** How many wake-ups are due some day: what has been let go of holds none. */
  get pending(): number {
    return this.#wakeUps.size;
  }

  now(): number {
    return this.#now;
  }

  wakeAt(at: number, callback: () => void): () => void {
    const wakeUp = { at, callback };
    if (at === Infinity) return () => {};
    this.#wakeUps.add(wakeUp);
    if (at <= this.#now) setImmediate(() => this.#fire(wakeUp));
    return () => this.#wakeUps.delete(wakeUp);
  }

  /** Lets this much time pass: every wake-up that falls due is called at its time, in order, those set meanwhile too. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#now = Math.max(this.#now, next.at);
      this.#fire(next);
    }
    this.#now = until;
  }

  /** The first to fall due; of several at one time, the one that was set first. */
  #next(until: number): WakeUp | undefined {
    let first: WakeUp | undefined;
    for (const wakeUp of this.#wakeUps) {
      if (wakeUp.at <= until && (first === undefined || wakeUp.at < first.at)) first = wakeUp;
    }
    return first;
  }

  #fire(wakeUp: WakeUp): void {
    if (this.#wakeUps.delete(wakeUp)) wakeUp.callback();
  }
}

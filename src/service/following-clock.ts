/** The clock of a server that shares its data with others: it follows another clock, without ever stepping back. */

import { wakeAt, type Clock } from './clock.ts';

/** How fast it goes while it is ahead of the clock that it follows: time goes on, and the difference shrinks. */
const SPEED_WHEN_AHEAD = 0.5;
/** Corrections forward of more than this, together, move the wake-ups that are being waited for. */
const MOST_LATE_MS = 20;

interface WakeUp {
  readonly at: number;
  readonly callback: () => void;
  cancel: () => void;
}

/** Goes by the monotonic clock of the process, at a distance that is corrected now and then. */
export class FollowingClock implements Clock {
  #offsetMs: number;
  /** The least distance since all wake-ups were armed: none has been armed at a smaller one. */
  #armedOffsetMs: number;
  #lastMs: number;
  #lastMonotonicMs = performance.now();
  readonly #wakeUps = new Set<WakeUp>();

  /** @param offsetMs what the followed clock shows more than `performance.now()`. */
  constructor(offsetMs: number) {
    this.#offsetMs = offsetMs;
    this.#armedOffsetMs = offsetMs;
    this.#lastMs = this.#lastMonotonicMs + offsetMs;
  }

  now(): number {
    const monotonicMs = performance.now();
    const slowMs = this.#lastMs + (monotonicMs - this.#lastMonotonicMs) * SPEED_WHEN_AHEAD;
    this.#lastMs = Math.max(monotonicMs + this.#offsetMs, slowMs);
    this.#lastMonotonicMs = monotonicMs;
    return Math.floor(this.#lastMs);
  }

  wakeAt(at: number, callback: () => void): () => void {
    if (at === Infinity) return () => {};
    const wakeUp = { at, callback, cancel: () => {} };
    this.#wakeUps.add(wakeUp);
    this.#arm(wakeUp);
    return () => {
      this.#wakeUps.delete(wakeUp);
      wakeUp.cancel();
    };
  }

  /** Follows from now on at this distance. @param offsetMs as in the constructor. */
  correct(offsetMs: number): void {
    // What has passed until now has passed at the old distance.
    this.now();
    this.#offsetMs = offsetMs;
    this.#armedOffsetMs = Math.min(this.#armedOffsetMs, offsetMs);
    if (offsetMs - this.#armedOffsetMs <= MOST_LATE_MS) return;
    this.#armedOffsetMs = offsetMs;
    for (const wakeUp of this.#wakeUps) {
      wakeUp.cancel();
      this.#arm(wakeUp);
    }
  }

  #arm(wakeUp: WakeUp): void {
    wakeUp.cancel = wakeAt(
      () => this.now(),
      wakeUp.at,
      () => {
        this.#wakeUps.delete(wakeUp);
        wakeUp.callback();
      },
    );
  }
}

/** How many messages were accepted in the last hour, at a cost that does not depend on how many. */

import { RECENT_RESOLUTION_MS, RECENT_WINDOW_MS } from '../../domain/limits.ts';

/** The window touches one bucket more than it is long, unless it begins with one. */
const BUCKETS = RECENT_WINDOW_MS / RECENT_RESOLUTION_MS + 1;

/**
 * Counts by the bucket of time, in a ring as long as the window. What is counted stays for the window, at most one bucket
 * longer.
 */
export class RecentCounter {
  readonly #buckets = new Float64Array(BUCKETS);
  #newest = 0;
  #total = 0;

  /** Counts one at `now`. */
  add(now: number): void {
    this.#moveTo(now);
    const bucket = bucketOf(now);
    if (bucket <= this.#newest - BUCKETS) return;
    this.#change(bucket, 1);
  }

  /** How many are counted at `now`. */
  count(now: number): number {
    this.#moveTo(now);
    return this.#total;
  }

  /** Empties the buckets that the window leaves. The newest stays where it is for a `now` that is a little behind. */
  #moveTo(now: number): void {
    const bucket = bucketOf(now);
    const firstEntered = Math.max(this.#newest + 1, bucket - BUCKETS + 1);
    for (let entered = firstEntered; entered <= bucket; entered++) {
      this.#change(entered, -(this.#buckets[entered % BUCKETS] ?? 0));
    }
    this.#newest = Math.max(this.#newest, bucket);
  }

  #change(bucket: number, by: number): void {
    const slot = bucket % BUCKETS;
    this.#buckets[slot] = (this.#buckets[slot] ?? 0) + by;
    this.#total += by;
  }
}

function bucketOf(at: number): number {
  return Math.floor(at / RECENT_RESOLUTION_MS);
}

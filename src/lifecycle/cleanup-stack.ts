/** What was acquired is given back in the opposite order, under one deadline. */

import { withDeadline } from './with-deadline.ts';

/** Gives one thing back. @param remainingMs what is left until the deadline of the whole. */
export type Release = (remainingMs: number) => Promise<void>;

/** What did not go as it should while closing. */
export interface CleanupFailure {
  /** What was to be given back. */
  readonly name: string;
  /** TimedOutError if it had not finished at the deadline. */
  readonly error: unknown;
}

/** The things that one start acquired. */
export class CleanupStack {
  readonly #releases: { readonly name: string; readonly release: Release }[] = [];

  /** Whoever acquires something pushes its release. */
  push(name: string, release: Release): void {
    this.#releases.push({ name, release });
  }

  /**
   * Gives everything back, the last acquired first. What fails or does not finish in time does not keep the rest from
   * being given back: past the deadline each of the rest is begun and not waited for.
   * @returns what failed; empty if all went well.
   */
  async close(deadlineMs: number): Promise<readonly CleanupFailure[]> {
    const failures: CleanupFailure[] = [];
    const endsAt = performance.now() + deadlineMs;
    for (let next = this.#releases.pop(); next !== undefined; next = this.#releases.pop()) {
      const remainingMs = Math.max(0, endsAt - performance.now());
      try {
        await withDeadline(next.release(remainingMs), remainingMs);
      } catch (error) {
        failures.push({ name: next.name, error });
      }
    }
    return failures;
  }
}

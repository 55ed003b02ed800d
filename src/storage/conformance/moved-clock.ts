/** The time of a test: it stands still until the test moves it. */

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** When every test begins. Real clocks play no part, so a test is the same on every day and on every storage. */
export const START_AT = Date.UTC(2030, 0, 1);

/** Gives `now` to every call of a test. Milliseconds since the epoch. */
export class MovedClock {
  #now = START_AT;

  get now(): number {
    return this.#now;
  }

  /** Moves on by a while. */
  advance(ms: number): void {
    this.#now += ms;
  }

  /** Moves to a point in time. */
  moveTo(at: number): void {
    this.#now = at;
  }
}

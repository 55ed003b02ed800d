/** What one instance knows to be spent of one rate by one caller. */

import { stillSpent, waitMs, type Rate } from '../domain/rates.ts';

/** Of what can be spent at once: so much is told to the other instances as soon as may be. */
const PROMPT_SHARE = 1 / 50;
/** Of the period: so long less than that may stay untold. */
const LATEST_SHARE = 1 / 5;

export class RateBucket {
  readonly key: string;
  readonly rate: Rate;
  /** Spent here since the others were told. */
  untold = 0;
  untoldSince = 0;
  #spent = 0;
  #at: number;

  constructor(key: string, rate: Rate, now: number) {
    this.key = key;
    this.rate = rate;
    this.#at = now;
  }

  /** How long until one more may be spent; 0: it may. */
  waitMs(now: number): number {
    return waitMs(this.#spentAt(now), this.rate);
  }

  /** Spends one, whether or not it may be. */
  spend(now: number): void {
    this.#spent = this.#spentAt(now) + 1;
    this.#at = Math.max(this.#at, now);
    if (this.untold === 0) this.untoldSince = now;
    this.untold += 1;
  }

  /** Whether the others must be told now. */
  isToBeTold(now: number): boolean {
    const { burst, periodMs } = this.rate;
    return this.untold >= burst * PROMPT_SHARE || now - this.untoldSince >= periodMs * LATEST_SHARE;
  }

  /** Whether nothing is spent, so that it may as well be forgotten. */
  isFull(now: number): boolean {
    return this.untold === 0 && this.#spentAt(now) === 0;
  }

  /** Takes note of what all instances together had spent `at` a time, what has not been told since excepted. */
  learn(spent: number, at: number, now: number): void {
    const since = this.untold > 0 ? Math.max(this.untoldSince, at) : at;
    const all = stillSpent(spent, since - at, this.rate) + this.untold;
    const allNow = stillSpent(all, now - since, this.rate);
    if (allNow <= this.#spentAt(now)) return;
    this.#spent = allNow;
    this.#at = now;
  }

  #spentAt(now: number): number {
    return stillSpent(this.#spent, now - this.#at, this.rate);
  }
}

/** What was spent of rates and is not given back yet. What each must do is said at `Storage`. */

import { NEVER } from '../../domain/lifetime.ts';
import { fullAfterMs, stillSpent, type RateReport, type RateSpend } from '../../domain/rates.ts';
import { DeadlineIndex, type Expiring } from './deadline-index.ts';

class SpentRate implements Expiring {
  readonly id: string;
  indexedAt = NEVER;
  spent = 0;
  at: number;
  /** When all of it is given back. */
  expiresAt: number;

  constructor({ key, at }: RateSpend) {
    this.id = key;
    this.at = at;
    this.expiresAt = at;
  }
}

/** By key. */
export class SpentRates {
  readonly #rates = new Map<string, SpentRate>();
  readonly #deadlines = new DeadlineIndex<SpentRate>();

  /** How many are kept. */
  get size(): number {
    return this.#rates.size;
  }

  /** Adds what was spent. @returns what is spent of each at `now` */
  spend({ spends, now }: RateReport): readonly number[] {
    return spends.map((spend) => {
      const { spent, at } = this.#add(spend);
      return stillSpent(spent, now - at, spend.rate);
    });
  }

  /** Forgets one that is given back altogether, if one has come due. @returns whether one had */
  forgetOne(now: number): boolean {
    const due = this.#deadlines.due(now);
    if (due === undefined) return false;
    if (due.expiresAt > now) {
      this.#deadlines.putOff(due);
    } else {
      this.#deadlines.remove(due);
      this.#rates.delete(due.id);
    }
    return true;
  }

  /** Whether there is one to look at. */
  isDue(now: number): boolean {
    return this.#deadlines.due(now) !== undefined;
  }

  #add(spend: RateSpend): SpentRate {
    const { key, rate, count, at } = spend;
    let known = this.#rates.get(key);
    if (known === undefined) this.#rates.set(key, (known = new SpentRate(spend)));
    known.spent = stillSpent(known.spent, at - known.at, rate) + count;
    known.at = Math.max(known.at, at);
    known.expiresAt = known.at + fullAfterMs(known.spent, rate);
    this.#deadlines.update(known);
    return known;
  }
}

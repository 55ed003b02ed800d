/** Random choices that are the same for the same seed, on every machine. */

/** Draws from one seeded sequence. */
export class RandomChoices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to just below `end`. */
  below(end: number): number {
    return Math.floor(this.#next() * end);
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** One of the items, of which there must be some, each as likely as the others. */
  oneOf<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** One of the keys, as likely as its weight among all. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(weights) as [Key, number][];
    let left = this.#next() * entries.reduce((total, [, weight]) => total + weight, 0);
    const chosen = entries.find(([, weight]) => (left -= weight) < 0);
    return (chosen ?? entries[0]!)[0];
  }

  /** The next number from 0 to just below 1 (the algorithm is mulberry32). */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

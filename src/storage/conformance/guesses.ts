/** What a random sequence of calls believes to be there. It need not be right: most calls should reach something. */

import type { RandomChoices } from './random-choices.ts';

/** Things and until when they are believed to be there; times are milliseconds since the epoch. */
export class Guesses<Thing> {
  readonly #choices: RandomChoices;
  readonly #guesses: { readonly thing: Thing; until: number }[] = [];

  constructor(choices: RandomChoices) {
    this.#choices = choices;
  }

  add(thing: Thing, until: number): void {
    this.#guesses.push({ thing, until });
  }

  /** How many things are there at `now`. */
  count(now: number, isMeant: (thing: Thing) => boolean = () => true): number {
    return this.#guesses.filter(({ thing, until }) => until > now && isMeant(thing)).length;
  }

  /** Things that are there at `now` stay until `until` if that is later. */
  prolong(now: number, until: number, isMeant: (thing: Thing) => boolean): void {
    for (const guess of this.#guesses) {
      if (guess.until > now && isMeant(guess.thing)) guess.until = Math.max(guess.until, until);
    }
  }

  /** Things are gone from `now` on. */
  drop(now: number, isMeant: (thing: Thing) => boolean): void {
    for (const guess of this.#guesses) if (isMeant(guess.thing)) guess.until = Math.min(guess.until, now);
  }

  /** Mostly something that is there at `now`, at times something that has gone; undefined for what never was. */
  some(now: number): Thing | undefined {
    if (this.#choices.chance(0.02)) return undefined;
    const mayBeGone = this.#choices.chance(0.05);
    const eligible = this.#guesses.filter(({ until }) => mayBeGone || until > now);
    return eligible.length === 0 ? undefined : this.#choices.oneOf(eligible).thing;
  }
}

/** What the tokens of recent callers claim, remembered: to read one anew costs as much as to store a message. */

import { readSessionToken, type Credential } from './session-tokens.ts';

/** How many callers make a generation, at about 400 bytes each. */
const GENERATION = 5_000;

/**
 * Reads tokens, those of recent callers from memory. What a token claims never changes, and whether the claim holds is
 * for the storage to say each time: nothing here grows old. Two generations are kept, so that letting go costs nothing:
 * whoever calls again while in the older one comes into the younger.
 */
export class Credentials {
  #younger = new Map<string, Credential>();
  #older: ReadonlyMap<string, Credential> = new Map();

  /** How many tokens are remembered, at most two generations. */
  get remembered(): number {
    return this.#younger.size + this.#older.size;
  }

  /** What a token claims, or undefined if it is none of ours by its form. */
  read(token: string): Credential | undefined {
    const known = this.#younger.get(token);
    if (known !== undefined) return known;
    const credential = this.#older.get(token) ?? readSessionToken(token);
    if (credential !== undefined) this.#remember(token, credential);
    return credential;
  }

  #remember(token: string, credential: Credential): void {
    if (this.#younger.size === GENERATION) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(token, credential);
  }
}

/** The names of the keys. What belongs together has one tag, `{…}`, by which a cluster keeps it in one slot. */

import type { Scope } from './scripts.ts';

const TAG_LETTERS = { chat: 'c', user: 'u', rates: 'r' } as const;

/** Names the keys under one prefix. */
export class Keys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** What all keys of one chat, of one user, of one share of the rates or of the server begin with. `id` is empty for the server. */
  home(scope: Scope, id: string): string {
    const tag = scope === 'server' ? 'server' : `${TAG_LETTERS[scope]}:${id}`;
    return `${this.#prefix}:{${tag}}:`;
  }

  /** One key. */
  key(scope: Scope, id: string, part: string): string {
    return this.home(scope, id) + part;
  }
}

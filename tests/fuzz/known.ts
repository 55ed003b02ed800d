/** What stands in a plan for something that the server gives out: which it is, shows when the request is made. */

/** One of what is known by then. */
export class Known {
  readonly kind: 'chat' | 'user' | 'page token' | 'any page token' | 'seq' | 'seq beyond';
  /** Counts round and round through all that there are. */
  readonly which: number;

  constructor(kind: Known['kind'], which: number) {
    this.kind = kind;
    this.which = which;
  }
}

/** One of the items, or undefined if there is none. */
export function pick<T>(items: readonly T[], which: number): T | undefined {
  return items[which % items.length];
}

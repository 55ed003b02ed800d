/** The signal of one call: made for every call, so it is light until somebody listens. */

import type { CancelSignal } from './calls.ts';

/** What an API's library knows of a call: says once that it is cancelled, and remembers it. */
export interface Cancellable {
  readonly cancelled: boolean;
  once(event: 'cancelled', listener: () => void): unknown;
}

/** Why a call is given up. One for all, because an error for each would cost more than most calls. */
const CALL_OVER = new Error('nobody waits for this call any more');

/** Aborted when the transport has cancelled its call or the server has given it up, until it is answered. */
export class CallSignal implements CancelSignal {
  readonly #transport: Cancellable;
  #isAborted = false;
  #isAnswered = false;
  #listeners: Set<() => void> | undefined;

  constructor(transport: Cancellable) {
    this.#transport = transport;
  }

  get aborted(): boolean {
    if (this.#transport.cancelled) this.abort();
    return this.#isAborted;
  }

  get reason(): unknown {
    return this.aborted ? CALL_OVER : undefined;
  }

  throwIfAborted(): void {
    if (this.aborted) throw CALL_OVER;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listeners === undefined) {
      this.#listeners = new Set();
      this.#transport.once('cancelled', () => this.abort());
    }
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }

  abort(): void {
    if (this.#isAborted || this.#isAnswered) return;
    this.#isAborted = true;
    for (const listener of this.#listeners ?? []) listener();
  }

  /** The transport reports the end of an answered call as a cancelling, too: that one aborts nothing. */
  settle(): void {
    this.#isAnswered = true;
  }
}

/** Shows the readers of quiet streams, and the proxies between, that their connections are alive. */

import type { ServerResponse } from 'node:http';

const INTERVAL_MS = 15_000;
const COMMENT = ': heartbeat\n\n';

/** One timer for all open streams; it runs while there are any. */
export class Heartbeat {
  readonly #intervalMs: number;
  readonly #responses = new Set<ServerResponse>();
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMs = INTERVAL_MS) {
    this.#intervalMs = intervalMs;
  }

  /** Writes comments to a response until it is over. */
  add(response: ServerResponse): void {
    if (response.destroyed) return;
    this.#responses.add(response);
    this.#timer ??= setInterval(() => this.#beat(), this.#intervalMs);
    response.once('close', () => {
      this.#responses.delete(response);
      if (this.#responses.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
  }

  #beat(): void {
    for (const response of this.#responses) {
      // Whoever has not read what was sent already needs no sign of life.
      if (!response.writableEnded && response.writableLength === 0) response.write(COMMENT);
    }
  }
}

/** Connections that nobody has taken over: they have not said yet what they speak, or are told to go. */

import type { Socket } from 'node:net';

/**
 * How long after it was opened a connection may still begin to speak when its port closes: what it says was perhaps sent before, and
 * whoever is cut off does not know whether it was heard.
 */
const FIRST_WORDS_MS = 500;

/** Keeps track of connections until they are taken over, or closed. */
export class Newcomers {
  /** When each was opened. */
  readonly #since = new Map<Socket, number>();
  #onEmpty = (): void => {};

  add(socket: Socket): void {
    this.#since.set(socket, performance.now());
    socket.once('close', () => this.takenOver(socket));
  }

  /** From here on it is somebody else's business. */
  takenOver(socket: Socket): void {
    this.#since.delete(socket);
    if (this.#since.size === 0) this.#onEmpty();
  }

  /** Waits moments for those that were opened just now, for at most `graceMs`, and cuts the rest. There must come no more. */
  async close(graceMs: number): Promise<void> {
    if (this.#since.size === 0) return;
    const patienceMs = Math.min(FIRST_WORDS_MS, graceMs);
    for (const [socket, since] of this.#since) {
      setTimeout(() => this.#since.has(socket) && socket.destroy(), since + patienceMs - performance.now()).unref();
    }
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }
}

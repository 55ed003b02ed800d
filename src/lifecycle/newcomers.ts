/** Connections that nobody has taken over: they have not said yet what they speak, or are told to go. */

import type { Socket } from 'node:net';

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

  /** Cuts them as soon as each has been open for `patienceMs`, and resolves when there are none. There must come no more. */
  async close(patienceMs: number): Promise<void> {
    if (this.#since.size === 0) return;
    for (const [socket, since] of this.#since) {
      const leftMs = Math.max(0, since + patienceMs - performance.now());
      setTimeout(() => this.#since.has(socket) && socket.destroy(), leftMs).unref();
    }
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }
}

/** Connections that were handed over, until each of them is closed. */

import type { Socket } from 'node:net';

/** How long the preface is with which HTTP/2 begins: a side that has sent no more has not begun any call. */
const PREFACE_BYTES = 24;

/** Keeps track of connections and cuts those whose other side has fallen silent. */
export class Connections {
  /** How many bytes each had read when it was last looked at. */
  readonly #bytesRead = new Map<Socket, number>();
  readonly #checking: NodeJS.Timeout;
  #onEmpty: (() => void) | undefined;

  /**
   * @param silenceMs from which silence on a connection is cut, at the latest after twice that time. It must be longer
   * than what lies between two pings and their answers.
   */
  constructor(silenceMs: number) {
    this.#checking = setInterval(() => this.#cutSilent(), silenceMs).unref();
  }

  add(socket: Socket): void {
    this.#bytesRead.set(socket, 0);
    socket.once('close', () => {
      this.#bytesRead.delete(socket);
      if (this.#bytesRead.size === 0) this.#onEmpty?.();
    });
  }

  /** Cuts those that have not said anything yet: they would never answer a goodbye. */
  cutUnbegun(): void {
    for (const socket of this.#bytesRead.keys()) {
      if (socket.bytesRead <= PREFACE_BYTES) socket.destroy();
    }
  }

  /** Waits until all are closed, for at most `graceMs`; then cuts what is left. */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#checking);
    if (this.#bytesRead.size === 0) return;
    const grace = setTimeout(() => {
      for (const socket of this.#bytesRead.keys()) socket.destroy();
    }, graceMs);
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    clearTimeout(grace);
  }

  #cutSilent(): void {
    for (const [socket, bytesRead] of this.#bytesRead) {
      if (socket.bytesRead === bytesRead) socket.destroy();
      else this.#bytesRead.set(socket, socket.bytesRead);
    }
  }
}

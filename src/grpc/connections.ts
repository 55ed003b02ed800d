/** Connections that were handed over, until each of them is closed. */

import type { Socket } from 'node:net';
import { FAREWELL_MS } from './server-options.ts';

/** In the place of a number of bytes: a connection never counts as silent at the look that follows. */
const NOT_LOOKED_AT = -1;

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
    this.#checking = setInterval(() => this.#cutSilent(() => true), silenceMs).unref();
  }

  add(socket: Socket): void {
    this.#bytesRead.set(socket, 0);
    // From here on the other side has its time to see the end.
    socket.once('finish', () => this.#bytesRead.set(socket, NOT_LOOKED_AT));
    socket.once('close', () => {
      this.#bytesRead.delete(socket);
      if (this.#bytesRead.size === 0) this.#onEmpty?.();
    });
  }

  /**
   * Waits until all are closed, for at most `graceMs`; then cuts what is left. One that was ended on this side some
   * moments ago, and on which nothing has come in since, is cut sooner.
   */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#checking);
    if (this.#bytesRead.size === 0) return;
    const lingering = setInterval(() => this.#cutSilent(({ writableFinished }) => writableFinished), FAREWELL_MS);
    const grace = setTimeout(() => {
      for (const socket of this.#bytesRead.keys()) socket.destroy();
    }, graceMs);
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    clearInterval(lingering);
    clearTimeout(grace);
  }

  #cutSilent(mayBeCut: (socket: Socket) => boolean): void {
    for (const [socket, bytesRead] of this.#bytesRead) {
      if (socket.bytesRead !== bytesRead) this.#bytesRead.set(socket, socket.bytesRead);
      else if (mayBeCut(socket)) socket.destroy();
    }
  }
}

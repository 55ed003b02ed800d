/** Answers and events that wait for their readers: when all of them hold too much, the oldest are cut. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HeldBytes } from '../service/held-bytes.ts';

export class UntakenAnswers {
  readonly #held: HeldBytes;
  readonly #watched = new WeakSet<Socket>();

  constructor(held: HeldBytes) {
    this.#held = held;
  }

  /** An answer was written. Most are with the system then, and nothing waits. */
  add(response: ServerResponse): void {
    const { socket } = response.req;
    if (response.socket !== null || response.closed) {
      this.#addSocket(socket);
      return;
    }
    // It waits for the answers before it, and then for its reader.
    this.#held.add(response, response.writableLength, () => socket.destroy());
    response.once('close', () => {
      this.#held.remove(response);
      this.#addSocket(socket);
    });
  }

  /** An event of a stream was written that may not be taken yet. */
  addEvent(response: ServerResponse): void {
    const { writableLength } = response;
    if (writableLength > 0) this.#held.add(response, writableLength, () => response.destroy());
  }

  /** The event was taken, or its stream is over. */
  removeEvent(response: ServerResponse): void {
    this.#held.remove(response);
  }

  #addSocket(socket: Socket): void {
    // Only then it says when all is taken; until then its buffer is small.
    if (socket.destroyed || !socket.writableNeedDrain) return;
    this.#held.remove(socket);
    this.#held.add(socket, socket.writableLength, () => socket.destroy());
    if (this.#watched.has(socket)) return;
    this.#watched.add(socket);
    const forget = (): void => this.#held.remove(socket);
    socket.on('drain', forget).once('close', forget);
  }
}

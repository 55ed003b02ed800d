/** Connections for which there is no room: told so, at a cost that is bounded however many there are. */

import type { Socket } from 'node:net';
import { farewell } from './farewell.ts';
import { recogniseProtocol, type Protocol } from './first-bytes.ts';

/** How many are told so at one time; the others are reset. */
const MAX_TOLD = 100;
/** How long one may take to say what it speaks. */
const FIRST_BYTES_MS = 1_000;

/** Answers in the clear; a handshake would cost more than a connection that is let in. */
export class RefusedConnections {
  readonly #words: Readonly<Record<Protocol, string | Uint8Array>>;
  readonly #told = new Set<Socket>();

  constructor(words: Readonly<Record<Protocol, string | Uint8Array>>) {
    this.#words = words;
  }

  add(socket: Socket, { isTls }: { readonly isTls: boolean }): void {
    socket.on('error', () => {});
    if (isTls || this.#told.size >= MAX_TOLD) {
      socket.resetAndDestroy();
      return;
    }
    this.#told.add(socket);
    socket.once('close', () => this.#told.delete(socket));
    recogniseProtocol(socket, FIRST_BYTES_MS, (protocol) => farewell(socket, this.#words[protocol]));
  }

  close(): void {
    for (const socket of this.#told) socket.destroy();
  }
}

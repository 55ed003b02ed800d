/** Tells from the first bytes of a connection what is spoken on it. */

import type { Socket } from 'node:net';

/** The protocols that are told apart, that for more kinds of clients first. */
export const PROTOCOLS = ['http/1.1', 'http/2'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** How HTTP/2 begins when both sides know beforehand that it will be spoken. No HTTP/1.1 request begins like this. */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** The type of the record with which TLS begins: a handshake. No HTTP begins like this. */
const TLS_HANDSHAKE = 0x16;

/**
 * Tells the protocols apart. What is neither counts as HTTP/1.1, whose parser says what is wrong with it.
 * A connection that stays silent for `deadlineMs`, or ends before anything is known, is destroyed.
 */
export function recogniseProtocol(socket: Socket, deadlineMs: number, onKnown: (protocol: Protocol) => void): void {
  look(socket, deadlineMs, protocolOf, onKnown);
}

/** Tells TLS from everything else; otherwise as `recogniseProtocol`. */
export function recogniseTls(socket: Socket, deadlineMs: number, onKnown: (isTls: boolean) => void): void {
  look(socket, deadlineMs, (bytes) => bytes[0] === TLS_HANDSHAKE, onKnown);
}

function protocolOf(bytes: Buffer): Protocol | undefined {
  const seen = bytes.subarray(0, HTTP2_PREFACE.length);
  if (!seen.equals(HTTP2_PREFACE.subarray(0, seen.length))) return 'http/1.1';
  return seen.length < HTTP2_PREFACE.length ? undefined : 'http/2';
}

/**
 * Waits for as many bytes as it takes to know, puts them back, and calls `onKnown` in the same turn, so that whoever
 * takes the connection over reads it from its beginning.
 * @param tell says what the bytes so far, at least one, are; undefined: not yet known.
 */
function look<T>(
  socket: Socket,
  deadlineMs: number,
  tell: (bytes: Buffer) => T | undefined,
  onKnown: (known: T) => void,
): void {
  let bytes = Buffer.alloc(0);
  const destroy = (): void => {
    socket.destroy();
  };
  const stop = (): void => {
    clearTimeout(deadline);
    socket.off('readable', read).off('end', destroy).off('close', stop);
  };
  const read = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    bytes = Buffer.concat([bytes, chunk]);
    const known = tell(bytes);
    if (known === undefined) return;
    stop();
    socket.unshift(bytes);
    onKnown(known);
  };
  const deadline = setTimeout(destroy, deadlineMs);
  socket.on('readable', read).on('end', destroy).on('close', stop);
}

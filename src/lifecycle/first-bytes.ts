/** Tells from the first bytes of a connection which protocol is spoken on it. */

import type { Socket } from 'node:net';

/** The protocols that are told apart, that for more kinds of clients first. */
export const PROTOCOLS = ['http/1.1', 'http/2'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** How HTTP/2 begins when both sides know beforehand that it will be spoken. No HTTP/1.1 request begins like this. */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/**
 * Waits for as many bytes as it takes to know, puts them back, and calls `onKnown` in the same turn, so that whoever
 * takes the connection over reads it from its beginning. A connection that stays silent for `deadlineMs`, or
 * ends before anything is known, is destroyed.
 */
export function recogniseProtocol(socket: Socket, deadlineMs: number, onKnown: (protocol: Protocol) => void): void {
  let bytes = Buffer.alloc(0);
  const destroy = (): void => {
    socket.destroy();
  };
  const stop = (): void => {
    clearTimeout(deadline);
    socket.off('readable', look).off('end', destroy).off('close', stop);
  };
  const look = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    bytes = Buffer.concat([bytes, chunk]);
    const seen = bytes.subarray(0, HTTP2_PREFACE.length);
    const isPreface = seen.equals(HTTP2_PREFACE.subarray(0, seen.length));
    if (isPreface && seen.length < HTTP2_PREFACE.length) return;
    stop();
    socket.unshift(bytes);
    onKnown(isPreface ? 'http/2' : 'http/1.1');
  };
  const deadline = setTimeout(destroy, deadlineMs);
  socket.on('readable', look).on('end', destroy).on('close', stop);
}

/** Bodies that are still arriving: when all of them hold too much, the oldest are refused. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { HeldBytes } from '../service/held-bytes.ts';
import { overloadedRequest } from './unreadable-request.ts';

/**
 * Counts what requests say that they bring, from when their headers are there until all of it is.
 * @param maxBytes of one body: so much may come where no length is given.
 */
export function boundArrivingBodies(app: FastifyInstance, held: HeldBytes, maxBytes: number): void {
  // One function for all requests: which one is all there, or gone, is its `this`.
  function forget(this: IncomingMessage): void {
    held.remove(this);
  }
  app.addHook('preParsing', ({ raw: request }, { raw: response }, _body, done) => {
    const bytes = bodyBytes(request, maxBytes);
    if (bytes > 0) {
      held.add(request, bytes, () => refuse(request, response));
      request.on('end', forget).on('close', forget);
    }
    done();
  });
}

function bodyBytes({ headers }: IncomingMessage, maxBytes: number): number {
  if (headers['transfer-encoding'] !== undefined) return maxBytes;
  return Math.min(Number(headers['content-length'] ?? 0), maxBytes);
}

/** The rest of the body would still come in after an answer; so the connection ends with it. */
function refuse(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  // Behind an answer that is under way no other may be written.
  if (response.socket !== null && !response.headersSent && socket.writable) socket.write(overloadedRequest());
  socket.destroy();
}

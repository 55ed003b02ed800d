/** The answer to every request of a path that does not exist. */

import type { IncomingMessage, ServerResponse } from 'node:http';

const BODY = JSON.stringify({
  type: 'about:blank',
  title: 'Not Found',
  status: 404,
  code: 'ROUTE_NOT_FOUND',
  detail: 'There is nothing at this path. The API of this server is gRPC, on the same port.',
});

/** Answers with a problem that names ROUTE_NOT_FOUND. */
export function notFound(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'application/problem+json', 'content-length': Buffer.byteLength(BODY) });
  response.end(BODY);
}

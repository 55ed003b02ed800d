/** Has browsers come back by TLS only (HTTP Strict Transport Security). */

import type { RequestListener } from 'node:http';

/** Says so with every answer. @param maxAgeMs for how long it holds; 0: it is not said. Only for what is served by TLS. */
export function strictTransport(maxAgeMs: number, onRequest: RequestListener): RequestListener {
  if (maxAgeMs === 0) return onRequest;
  // Of this name only: those below it are not this server's to speak for.
  const value = `max-age=${Math.floor(maxAgeMs / 1000)}`;
  return (request, response) => {
    response.setHeader('strict-transport-security', value);
    onRequest(request, response);
  };
}

/**
 * Lets web pages of other origins call (CORS). It stands around everything that answers, so that a page can also read why it was
 * refused. Tokens travel in a header that pages set themselves, so no browser is asked for cookies.
 */

import type { IncomingMessage, RequestListener } from 'node:http';
import { OPERATIONS } from '../gen/http/operations.gen.ts';

/** Origins as browsers send them; `*`: every one. */
export type AllowedOrigins = '*' | readonly string[];

const METHODS = new Set(['HEAD', ...OPERATIONS.map(({ method }) => method)]);
const REQUEST_HEADERS = new Set([
  'authorization',
  'content-type',
  ...OPERATIONS.flatMap(({ headers }) => Object.keys(headers).map((name) => name.toLowerCase())),
]);
/** What a page may read besides what every page may. */
const EXPOSED_HEADERS = 'retry-after, www-authenticate, allow';
const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': [...METHODS].join(', '),
  'access-control-allow-headers': [...REQUEST_HEADERS].join(', '),
  // In seconds: two hours is the most that every browser keeps it.
  'access-control-max-age': '7200',
};

/** Answers what the browsers of these origins ask before they call, and lets them read the answers to what they call. */
export function allowOrigins(origins: AllowedOrigins, onRequest: RequestListener): RequestListener {
  if (origins.length === 0) return onRequest;
  return (request, response) => {
    const { origin } = request.headers;
    if (origins !== '*') response.setHeader('vary', 'origin');
    if (origin !== undefined && (origins === '*' || origins.includes(origin))) {
      response.setHeader('access-control-allow-origin', origins === '*' ? '*' : origin);
      response.setHeader('access-control-expose-headers', EXPOSED_HEADERS);
      if (isPreflight(request)) {
        response.writeHead(204, PREFLIGHT_HEADERS).end();
        return;
      }
    }
    onRequest(request, response);
  };
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

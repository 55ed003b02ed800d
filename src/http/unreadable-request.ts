/** Answers to what is not even HTTP, or not where HTTP is served: nobody has read it, so they are written by hand. */

import { STATUS_CODES } from 'node:http';
import { invalidArgument } from '../domain/errors.ts';
import type * as Wire from '../gen/http/types.gen.ts';
import { TOO_MANY_CONNECTIONS, TOO_MUCH_ARRIVING } from '../service/overload.ts';
import { PERSONAL } from './headers.ts';
import { problemResponse, protocolProblem, type ProblemResponse } from './problem.ts';

const HEAD = Buffer.from('HEAD ');
const NO_HTTP = invalidArgument({ field: '', description: 'must be a request in HTTP/1.1' });
const NOT_HERE = invalidArgument({
  field: '',
  description: 'must be a gRPC call on this connection: HTTP/1.1 has a port of its own',
});
const NO_TLS = invalidArgument({ field: '', description: 'must be sent by https: this port speaks TLS only' });

/** Why the parser gave up. */
export interface ParserError {
  readonly code?: string;
  /** The bytes at which it did. */
  readonly rawPacket?: Buffer;
}

/** The bytes of the answer. @param onRefused told of the refusal that they are. */
export function unreadableRequest(
  { code, rawPacket }: ParserError,
  onRefused?: (code: Wire.ErrorCode) => void,
): string {
  // Nothing was said in time, so there is nothing to say about it.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return head(408, []);
  const isTooLarge = code === 'HPE_HEADER_OVERFLOW';
  // A body after the answer to HEAD would be read as the answer to something else.
  const isHead = rawPacket?.subarray(0, HEAD.length).equals(HEAD) === true;
  const response = isTooLarge ? protocolProblem('HEADERS_TOO_LARGE') : problemResponse(NO_HTTP);
  onRefused?.(response.problem.code);
  return answer(response, !isHead);
}

/** The bytes of the answer to HTTP/1.1 where only gRPC is served. */
export function misdirectedRequest(): string {
  return answer(problemResponse(NOT_HERE), true);
}

/** The bytes of the answer to HTTP/1.1 in the clear, or to what is no protocol at all, where nothing is spoken but TLS. */
export function unencryptedRequest(): string {
  return answer(problemResponse(NO_TLS), true);
}

/** The bytes of the answer to HTTP/1.1 where there are too many connections. */
export function crowdedRequest(): string {
  return answer(problemResponse(TOO_MANY_CONNECTIONS), true);
}

/** The bytes of the answer to a request that takes too long to arrive while too much is. */
export function overloadedRequest(): string {
  return answer(problemResponse(TOO_MUCH_ARRIVING), true);
}

function answer({ status, headers: own, problem }: ProblemResponse, withBody: boolean): string {
  const body = JSON.stringify(problem);
  const headers = [
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(own).map(([name, value]) => `${name}: ${value}`),
  ];
  return head(status, headers) + (withBody ? body : '');
}

function head(status: number, headers: readonly string[]): string {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    ...Object.entries(PERSONAL).map(([name, value]) => `${name}: ${value}`),
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

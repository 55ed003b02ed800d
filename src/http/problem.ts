/** What a refusal is over HTTP: a status with a problem (RFC 9457). */

import { STATUS_CODES } from 'node:http';
import type { ErrorCode, Refusal } from '../domain/errors.ts';
import type * as Wire from '../gen/http/types.gen.ts';
import { toWireName, toWireWords } from './field-names.ts';

/** A refusal on its way out. */
export interface ProblemResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: Wire.Problem;
}

/** What HTTP itself refuses, before any operation sees it: a sentence for each. */
export const PROTOCOL_ERRORS = {
  ROUTE_NOT_FOUND: 'There is nothing at this path.',
  METHOD_NOT_ALLOWED: 'This path does not have this method; Allow names those it has.',
  TOO_LARGE: 'The body is larger than any valid request.',
  UNSUPPORTED_MEDIA_TYPE: 'The body is not application/json.',
  HEADERS_TOO_LARGE: 'The headers are larger than the server reads.',
} as const;

/** The name of a refusal that only HTTP has. */
export type ProtocolError = keyof typeof PROTOCOL_ERRORS;

/** The status of every refusal. */
export const HTTP_STATUSES: Readonly<Record<ErrorCode | ProtocolError | Wire.ErrorCode, number>> = {
  SHUTTING_DOWN: 503,
  RATE_LIMITED: 429,
  UNAUTHENTICATED: 401,
  INVALID_ARGUMENT: 400,
  CHAT_NOT_FOUND: 404,
  SESSION_NOT_FOUND: 404,
  CHAT_READ_ONLY: 403,
  NOT_CHAT_CREATOR: 403,
  MESSAGE_ID_CONFLICT: 409,
  USER_LIMIT_REACHED: 429,
  USER_CHAT_LIMIT_REACHED: 429,
  CHAT_LIMIT_REACHED: 429,
  TOO_MANY_STREAMS: 429,
  SESSION_HAS_OPEN_CHATS: 409,
  STORAGE_FULL: 507,
  STORAGE_UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
  INTERNAL: 500,
  ROUTE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  HEADERS_TOO_LARGE: 431,
};

/** The problem of a refused call, with everything that the refusal carries. */
export function problemResponse({ code, message, violations, retryAfterMs, correlationId }: Refusal): ProblemResponse {
  const errors = violations.map(({ field, description }) => ({
    field: toWireName(field),
    description: toWireWords(description),
  }));
  return {
    status: HTTP_STATUSES[code],
    headers: {
      ...(code === 'UNAUTHENTICATED' && { 'www-authenticate': 'Bearer' }),
      ...(retryAfterMs !== undefined && { 'retry-after': wholeSeconds(retryAfterMs) }),
    },
    problem: {
      ...problem(code, errors.length === 0 ? toWireWords(message) : errors.map(sentence).join('; ')),
      errors,
      ...(correlationId !== undefined && { instance: `urn:uuid:${correlationId}` }),
    },
  };
}

/**
 * The problem of a request that reaches no operation.
 * @param headers what the caller has to know besides: with METHOD_NOT_ALLOWED, `allow`.
 */
export function protocolProblem(code: ProtocolError, headers: Readonly<Record<string, string>> = {}): ProblemResponse {
  return { status: HTTP_STATUSES[code], headers, problem: problem(code, PROTOCOL_ERRORS[code]) };
}

function problem(code: Wire.ErrorCode, detail: string): Wire.Problem {
  const status = HTTP_STATUSES[code];
  return { type: 'about:blank', title: STATUS_CODES[status] ?? '', status, code, detail, errors: [] };
}

function sentence({ field, description }: Wire.FieldError): string {
  return field === '' ? description : `${field}: ${description}`;
}

/** Never too early, and never at once. */
function wholeSeconds(durationMs: number): string {
  return String(Math.max(1, Math.ceil(durationMs / 1000)));
}

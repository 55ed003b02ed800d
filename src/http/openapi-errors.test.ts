import { STATUS_CODES } from 'node:http';
import { describe, expect, test } from 'vitest';
import { toHttpWords } from '../../tests/support/http-words.ts';
import { OPERATIONS, problems, SCHEMAS, type Operation } from '../../tests/support/openapi-document.ts';
import { ERROR_CODES, ERROR_MEANINGS } from '../domain/errors.ts';

const STATUS = {
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
const operations = Object.values(OPERATIONS);

describe('the closed list of refusals', () => {
  const { enum: codes, description = '' } = SCHEMAS['ErrorCode']!;
  const rows = [...description.matchAll(/^\| `(\w+)` \| (\d+) \| (.*) \|$/gm)];
  const statuses = Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]));
  const meanings = Object.fromEntries(rows.map(([, code, , meaning]) => [code, meaning]));

  test('is that of the domain, in its order, then the errors of the protocol', () => {
    expect(codes).toEqual(Object.keys(STATUS));
    expect(codes?.slice(0, ERROR_CODES.length)).toEqual(ERROR_CODES);
  });

  test('has the status of each', () => {
    expect(statuses).toEqual(STATUS);
  });

  test.each(ERROR_CODES)('has the meaning of %s', (code) => {
    expect(meanings[code]).toBe(toHttpWords(ERROR_MEANINGS[code]));
  });

  test.each(operations)('is followed by the examples of $operationId', (operation) => {
    for (const { status, code, example } of problems(operation)) {
      expect(statuses[code]).toBe(status);
      expect(example).toMatchObject({ type: 'about:blank', title: STATUS_CODES[status], status, code });
      const hasViolations = code === 'INVALID_ARGUMENT';
      expect(example).toMatchObject(hasViolations ? {} : { detail: toHttpWords(meanings[code] ?? ''), errors: [] });
    }
  });
});

describe('an operation', () => {
  const ALL = ['SHUTTING_DOWN', 'RATE_LIMITED', 'INVALID_ARGUMENT', 'STORAGE_UNAVAILABLE', 'DEADLINE_EXCEEDED'];
  const EVERYWHERE = [...ALL, 'INTERNAL', 'HEADERS_TOO_LARGE'];
  const READING = new Set([
    'getSession',
    'listChats',
    'getChat',
    'listUnreadCounts',
    'subscribe',
    'getStats',
    'listSessions',
    'listAllChats',
  ]);
  const OF_ITS_OWN: Readonly<Record<string, readonly string[]>> = {
    createSession: ['USER_LIMIT_REACHED'],
    endSession: ['SESSION_HAS_OPEN_CHATS'],
    createChat: ['USER_CHAT_LIMIT_REACHED', 'CHAT_LIMIT_REACHED'],
    closeChat: ['NOT_CHAT_CREATOR'],
    postMessage: ['CHAT_READ_ONLY', 'MESSAGE_ID_CONFLICT'],
    fetchUnread: ['TOO_MANY_STREAMS'],
    subscribe: ['TOO_MANY_STREAMS'],
    endAnySession: ['SESSION_NOT_FOUND'],
  };
  const PROBES: Readonly<Record<string, readonly string[]>> = {
    getHealth: ['HEADERS_TOO_LARGE'],
    getMetrics: ['HEADERS_TOO_LARGE'],
    getReadiness: ['HEADERS_TOO_LARGE', 'SHUTTING_DOWN', 'STORAGE_UNAVAILABLE'],
  };

  function expectedCodes({ operationId, security, path, body }: Operation): readonly string[] {
    const codes = [...EVERYWHERE, ...(OF_ITS_OWN[operationId] ?? [])];
    if (security.length > 0) codes.push('UNAUTHENTICATED');
    if (path.includes('{chatId}')) codes.push('CHAT_NOT_FOUND');
    if (body !== undefined) codes.push('TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
    if (!READING.has(operationId)) codes.push('STORAGE_FULL');
    return codes;
  }

  test.each(operations)('lists exactly what it may be refused with: $operationId', (operation) => {
    const codes = problems(operation).map(({ code }) => code);
    expect(codes.toSorted()).toEqual((PROBES[operation.operationId] ?? expectedCodes(operation)).toSorted());
  });

  test.each([
    ['401', 'WWW-Authenticate'],
    ['429', 'Retry-After'],
  ])('says with %s what the caller has to know, by %s', (status, header) => {
    const answers = operations.flatMap(({ responses }) => (status in responses ? [responses[status]?.headers] : []));
    expect(answers.length).toBeGreaterThan(0);
    for (const headers of answers) expect(headers).toHaveProperty(header);
  });
});

import { describe, expect, test } from 'vitest';
import { OPERATIONS, problems } from '../../tests/support/openapi-document.ts';
import { ERROR_CODES, invalidArgument, Refusal } from '../domain/errors.ts';
import { problemResponse, protocolProblem, type ProtocolError } from './problem.ts';

/** The example that the contract gives of every refusal that operations list. */
const EXAMPLES = new Map(
  Object.values(OPERATIONS)
    .flatMap(problems)
    .map(({ code, example }) => [code, example]),
);
const PLAIN = ERROR_CODES.filter((code) => code !== 'INVALID_ARGUMENT' && code !== 'INTERNAL');

describe('a refusal over HTTP', () => {
  test.each(PLAIN)('is the problem that the contract shows: %s', (code) => {
    expect(problemResponse(new Refusal(code)).problem).toEqual(EXAMPLES.get(code));
  });

  test('names every bad field, as the contract shows', () => {
    const refusal = invalidArgument(
      { field: 'page_size', description: 'must be a whole number from 1 to 500' },
      { field: 'colour', description: 'is not known here' },
    );
    expect(problemResponse(refusal).problem).toEqual(EXAMPLES.get('INVALID_ARGUMENT'));
  });

  test('leads with its instance to the log, as the contract shows', () => {
    const correlationId = '0198c0e1-6f3a-7d58-b1c4-7e2a90d3f841';
    expect(problemResponse(new Refusal('INTERNAL', { correlationId })).problem).toEqual(EXAMPLES.get('INTERNAL'));
  });

  test('speaks of fields by their names over HTTP', () => {
    const description = "must be a whole number from 1 to 5 (the server's max_chat_size)";
    const { problem } = problemResponse(invalidArgument({ field: 'max_messages', description }));
    expect(problem.detail).toBe("maxMessages: must be a whole number from 1 to 5 (the server's maxChatSize)");
  });

  test('of a request as a whole names no field', () => {
    const { problem } = problemResponse(invalidArgument({ field: '', description: 'must be an object' }));
    expect(problem).toMatchObject({
      detail: 'must be an object',
      errors: [{ field: '', description: 'must be an object' }],
    });
  });

  test.each([
    [1, '1'],
    [1000, '1'],
    [1000.2, '2'],
    [1500, '2'],
  ])('says in whole seconds when to retry, never too early: %d ms', (retryAfterMs, seconds) => {
    const { headers } = problemResponse(new Refusal('RATE_LIMITED', { retryAfterMs }));
    expect(headers).toEqual({ 'retry-after': seconds });
  });

  test('asks for a token when there is no session', () => {
    expect(problemResponse(new Refusal('UNAUTHENTICATED')).headers).toEqual({ 'www-authenticate': 'Bearer' });
  });
});

describe('an error of the protocol', () => {
  test.each<ProtocolError>(['TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'HEADERS_TOO_LARGE'])(
    'is the problem that the contract shows: %s',
    (code) => {
      expect(protocolProblem(code).problem).toEqual(EXAMPLES.get(code));
    },
  );
});

import { describe, expect, test } from 'vitest';
import { GrpcError } from '../../tests/support/grpc-error.ts';
import { ERROR_CODES, ERROR_MEANINGS, invalidArgument, Refusal } from '../domain/errors.ts';
import { errorStatus } from './error-status.ts';

describe('a refusal on the wire', () => {
  test.each(ERROR_CODES)('%s is named in ErrorInfo, with its meaning as the message', (code) => {
    const error = new GrpcError(errorStatus(new Refusal(code)));
    expect(error).toMatchObject({ reason: code, domain: 'veche', message: ERROR_MEANINGS[code], violations: {} });
  });

  test.each([
    ['SHUTTING_DOWN', 'UNAVAILABLE'],
    ['RATE_LIMITED', 'RESOURCE_EXHAUSTED'],
    ['UNAUTHENTICATED', 'UNAUTHENTICATED'],
    ['INVALID_ARGUMENT', 'INVALID_ARGUMENT'],
    ['CHAT_NOT_FOUND', 'NOT_FOUND'],
    ['CHAT_READ_ONLY', 'PERMISSION_DENIED'],
    ['NOT_CHAT_CREATOR', 'PERMISSION_DENIED'],
    ['MESSAGE_ID_CONFLICT', 'ALREADY_EXISTS'],
    ['USER_LIMIT_REACHED', 'RESOURCE_EXHAUSTED'],
    ['USER_CHAT_LIMIT_REACHED', 'RESOURCE_EXHAUSTED'],
    ['CHAT_LIMIT_REACHED', 'RESOURCE_EXHAUSTED'],
    ['TOO_MANY_STREAMS', 'RESOURCE_EXHAUSTED'],
    ['SESSION_HAS_OPEN_CHATS', 'FAILED_PRECONDITION'],
    ['STORAGE_FULL', 'RESOURCE_EXHAUSTED'],
    ['STORAGE_UNAVAILABLE', 'UNAVAILABLE'],
    ['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED'],
    ['INTERNAL', 'INTERNAL'],
  ] as const)('%s is %s', (code, grpcCode) => {
    expect(new GrpcError(errorStatus(new Refusal(code))).grpcCode).toBe(grpcCode);
  });

  test('names every bad field in BadRequest', () => {
    const refusal = invalidArgument(
      { field: 'chat_id', description: 'is required: a UUID' },
      { field: 'text', description: 'must have 1 to 4096 characters, is empty' },
    );
    expect(new GrpcError(errorStatus(refusal)).violations).toEqual({
      chat_id: 'is required: a UUID',
      text: 'must have 1 to 4096 characters, is empty',
    });
  });

  test('says in RetryInfo when to retry, never too early', () => {
    const error = new GrpcError(errorStatus(new Refusal('RATE_LIMITED', { retryAfterMs: 1500.2 })));
    expect(error.retryAfterMs).toBe(1501);
  });

  test('carries the correlation id in RequestInfo', () => {
    const error = new GrpcError(errorStatus(new Refusal('INTERNAL', { correlationId: 'abc' })));
    expect(error.correlationId).toBe('abc');
  });

  test('never has a message that cannot be sent', () => {
    const { details } = errorStatus(new Refusal('INTERNAL', { message: 'a\uD800b' }));
    expect(encodeURI(details)).toBe(encodeURI('a\uFFFDb'));
  });
});

import { describe, expect, test } from 'vitest';
import { OPERATIONS as CONTRACT } from '../gen/http/operations.gen.ts';
import { requestCheck, type ArrivedRequest, type CheckedRequest } from './check-request.ts';

const OPERATIONS = new Map(CONTRACT.map((operation) => [operation.operationId, operation]));
const NOTHING = { path: {}, query: {}, headers: {}, body: undefined };

function check(operationId: string, request: Partial<ArrivedRequest>): CheckedRequest {
  return requestCheck(OPERATIONS.get(operationId)!)({ ...NOTHING, ...request });
}

function checkBody(operationId: string, json: string): CheckedRequest {
  return check(operationId, { body: Buffer.from(json) });
}

describe('a readable request', () => {
  test('has the values of its query with their types', () => {
    const query = { pageSize: '7', pageToken: 'abc', order: 'NEWEST_FIRST', markRead: 'false' };
    expect(check('listMessages', { path: { chatId: 'a' }, query })).toEqual({
      readable: {
        path: { chatId: 'a' },
        query: { pageSize: 7, pageToken: 'abc', order: 'NEWEST_FIRST', markRead: false },
        headers: {},
        body: {},
      },
      unreadable: [],
    });
  });

  test('has of its headers those that the contract names', () => {
    const headers = { 'last-event-id': '7', host: 'a' };
    expect(check('subscribe', { headers }).readable.headers).toEqual({ 'Last-Event-ID': 7 });
  });

  test('has the members of its body', () => {
    const { readable, unreadable } = checkBody('createChat', '{"title":"a: {b}","maxMessages":0,"readOnly":false}');
    expect(readable.body).toEqual({ title: 'a: {b}', maxMessages: 0, readOnly: false });
    expect(unreadable).toEqual([]);
  });

  test('may leave out a body that is not required', () => {
    expect(check('fetchUnread', {})).toMatchObject({ readable: { body: {} }, unreadable: [] });
  });

  test('is not judged by limits and formats', () => {
    expect(checkBody('createChat', '{"maxMessages":-1,"ttl":"long"}').unreadable).toEqual([]);
    expect(check('listMessages', { query: { pageSize: '-1', order: 'up' } }).unreadable).toEqual([]);
  });
});

describe('what is unreadable', () => {
  test('is named as in the contract and left out; the rest stays', () => {
    const { readable, unreadable } = checkBody('createChat', '{"maxMessages":"7","title":"a","readOnly":1}');
    expect(readable.body).toEqual({ title: 'a' });
    expect(unreadable).toEqual([
      { field: 'max_messages', description: 'must be a whole number' },
      { field: 'read_only', description: 'must be true or false' },
    ]);
  });

  test('of a query is left out of it only', () => {
    const { readable } = check('listMessages', { query: { pageSize: ['1', '2'], pageToken: 'a', x: '1' } });
    expect(readable.query).toEqual({ pageToken: 'a' });
  });

  test('is a member that stands twice', () => {
    const { readable, unreadable } = checkBody('createChat', '{"title":"a","ttl":"1s","title":"b"}');
    expect(unreadable).toEqual([{ field: 'title', description: 'must be given once' }]);
    expect(readable.body).toEqual({ ttl: '1s' });
  });

  test('is a whole body in which nothing can be found', () => {
    expect(checkBody('postMessage', '{"text":').unreadable).toContainEqual({
      field: '',
      description: 'must have a body that is valid JSON in UTF-8',
    });
  });
});

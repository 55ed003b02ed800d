import { expect, test } from 'vitest';
import { readOperations } from '../tools/read-operations.ts';

function documentWith(operation: object): Parameters<typeof readOperations>[0] {
  return { paths: { '/a/{id}': { get: { operationId: 'getA', ...operation } } } };
}

test('an operation that asks for a security that nothing checks is not generated', () => {
  const security = [{ sessionToken: [] }, { apiKey: [] }];
  expect(() => readOperations(documentWith({ security }))).toThrow('getA asks for sessionToken, apiKey');
  const two = [{ sessionToken: [] }, { adminToken: [] }];
  expect(() => readOperations(documentWith({ security: two }))).toThrow('getA asks for sessionToken, adminToken');
});

test.each([
  ['sessionToken', 'session'],
  ['adminToken', 'operator'],
])('one that asks for the %s is for the %s', (scheme, calledBy) => {
  expect(readOperations(documentWith({ security: [{ [scheme]: [] }] }))).toMatchObject([{ calledBy }]);
});

test('one that asks for none is for anybody', () => {
  const [operation] = readOperations(documentWith({ security: [] }));
  expect(operation).toEqual({
    operationId: 'getA',
    method: 'GET',
    path: '/a/{id}',
    calledBy: 'anybody',
    query: {},
    headers: {},
  });
});

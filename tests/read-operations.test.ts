import { expect, test } from 'vitest';
import { readOperations } from '../tools/read-operations.ts';

function documentWith(operation: object): Parameters<typeof readOperations>[0] {
  return { paths: { '/a/{id}': { get: { operationId: 'getA', ...operation } } } };
}

test('an operation that asks for a security that nothing checks is not generated', () => {
  const security = [{ sessionToken: [] }, { apiKey: [] }];
  expect(() => readOperations(documentWith({ security }))).toThrow('getA asks for sessionToken, apiKey');
});

test('one that asks for none needs no session', () => {
  const [operation] = readOperations(documentWith({ security: [] }));
  expect(operation).toEqual({
    operationId: 'getA',
    method: 'GET',
    path: '/a/{id}',
    needsSession: false,
    query: {},
    headers: {},
  });
});

import { describe, expect, test } from 'vitest';
import { METHODS, CALLED_BY } from '../service/calls.ts';
import { toOperationId } from '../../tests/support/http-words.ts';
import { OPERATIONS } from '../../tests/support/openapi-document.ts';

const operations = Object.values(OPERATIONS);

describe('the operations', () => {
  const CREATING = new Set(['createSession', 'createChat', 'postMessage']);

  test.each(operations)('$operationId says whose token it needs', ({ operationId, security }) => {
    const SECURITY = { anybody: [], session: [{ sessionToken: [] }], operator: [{ adminToken: [] }] };
    const id = operationId === 'headMessages' ? 'listMessages' : operationId;
    const method = METHODS.find((name) => toOperationId(name) === id);
    expect(security).toEqual(SECURITY[method === undefined ? 'anybody' : CALLED_BY[method]]);
  });

  test.each(operations)('$operationId may not be cached, whatever it answers', ({ responses }) => {
    for (const { headers } of Object.values(responses)) expect(headers).toHaveProperty('Cache-Control');
  });

  test.each(operations)(
    '$operationId answers 201 if it creates, 204 if it deletes, else 200',
    ({ operationId, method, responses }) => {
      const expected = CREATING.has(operationId) ? '201' : method === 'DELETE' ? '204' : '200';
      expect(Object.keys(responses).filter((status) => status < '300')).toEqual([expected]);
    },
  );

  test.each(operations)('$operationId fails with no example of a parameter, nor does harm', ({ parameters }) => {
    const HARMLESS: Readonly<Record<string, unknown>> = { pageSize: 50, afterSeq: 0 };
    for (const { name, example } of parameters) expect(example, name).toBe(HARMLESS[name]);
  });

  test('refuse unknown members of their requests', () => {
    const withBody = operations.filter(({ body }) => body !== undefined);
    const expected = ['createSession', 'createChat', 'postMessage', 'fetchUnread', 'markRead'];
    expect(withBody.map(({ operationId }) => operationId)).toEqual(expected);
    for (const { body } of withBody) expect(body?.additionalProperties).toBe(false);
  });
});

import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../tests/support/openapi-document.ts';

const operations = Object.values(OPERATIONS);

describe('the operations', () => {
  const WITHOUT_SESSION = new Set(['createSession', 'getStats', 'getHealth', 'getReadiness', 'getMetrics']);
  const CREATING = new Set(['createSession', 'createChat', 'postMessage']);

  test.each(operations)('$operationId says whether it needs a session', ({ operationId, security }) => {
    expect(security).toEqual(WITHOUT_SESSION.has(operationId) ? [] : [{ sessionToken: [] }]);
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

import { fastify } from 'fastify';
import { expect, test } from 'vitest';
import { Refusal } from '../domain/errors.ts';
import { errorSender } from './replies.ts';

test('what fails outside of any operation is INTERNAL, with the way to its line in the log', async () => {
  const failures: unknown[] = [];
  const app = fastify();
  app.setErrorHandler(
    errorSender((error) => {
      failures.push(error);
      return new Refusal('INTERNAL', { correlationId: '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70' });
    }),
  );
  const failure = new TypeError('a secret');
  app.get('/', () => Promise.reject(failure));
  const response = await app.inject('/');
  expect(response.statusCode).toBe(500);
  expect(response.headers['content-type']).toBe('application/problem+json');
  expect(response.json()).toMatchObject({
    code: 'INTERNAL',
    instance: 'urn:uuid:0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70',
  });
  expect(response.body).not.toContain('secret');
  expect(failures).toEqual([failure]);
});

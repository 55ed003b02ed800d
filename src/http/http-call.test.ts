import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CallerAddresses } from '../service/caller-addresses.ts';
import { HttpCall } from './http-call.ts';

const server = createServer();

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => server.close());

/** A call that has arrived, and what stands on both ends of it. */
async function arrive(headers: Readonly<Record<string, string>> = {}) {
  const { port } = server.address() as AddressInfo;
  const request = get({ port, host: '127.0.0.1', headers, agent: false }).on('error', () => {});
  const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  return { request, response, call: new HttpCall('GetSession', response, [], new CallerAddresses([])) };
}

/** How often a listener of the call is told. */
function countAborts({ signal }: HttpCall): () => number {
  let aborts = 0;
  signal.addEventListener('abort', () => (aborts += 1));
  return () => aborts;
}

describe('the signal of a call', () => {
  test('is aborted when the client goes away before there is an answer', async () => {
    const { request, response, call } = await arrive();
    const aborts = countAborts(call);
    expect(call.signal.aborted).toBe(false);
    request.destroy();
    await once(response, 'close');
    expect(call.signal.aborted).toBe(true);
    expect(aborts()).toBe(1);
  });

  test('is not aborted by the end of an answered call', async () => {
    const { response, call } = await arrive();
    const aborts = countAborts(call);
    response.end();
    await once(response, 'close');
    expect(call.signal.aborted).toBe(false);
    expect(aborts()).toBe(0);
  });

  test('is aborted when the server gives the call up', async () => {
    const { response, call } = await arrive();
    const aborts = countAborts(call);
    call.abandon();
    expect(call.signal.aborted).toBe(true);
    expect(aborts()).toBe(1);
    response.end();
  });

  test('costs no listener on the response until somebody listens', async () => {
    const { response, call } = await arrive();
    const before = response.listenerCount('close');
    expect(call.signal.aborted).toBe(false);
    expect(response.listenerCount('close')).toBe(before);
    countAborts(call);
    expect(response.listenerCount('close')).toBe(before + 1);
    response.end();
  });
});

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc', 'abc'],
  ['Basic abc', undefined],
  ['Bearer a b', undefined],
  ['abc', undefined],
])('of "authorization: %s" the token is %s', async (authorization, token) => {
  const { response, call } = await arrive({ authorization });
  expect(call.token).toBe(token);
  response.end();
});

/** Rates of a real server: both APIs spend of the same, proxies are believed where they are trusted, and a flag switches all off. */

import { request } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { DEFAULT_RATES } from '../src/domain/rates.ts';
import { StatsService } from '../src/gen/veche/v1/stats_pb.js';
import { FakeClock } from './support/fake-clock.ts';
import { failure } from './support/grpc-error.ts';
import { startTestApp, type TestApp, type TestAppOptions } from './support/test-app.ts';
import { VecheProcess } from './support/veche-process.ts';

const { getStats } = StatsService.method;
const PROXIES = [{ address: '127.0.0.1', prefixBits: 32 }];

let close: () => Promise<unknown> = async () => {};
afterEach(() => close());

async function start(options: TestAppOptions): Promise<TestApp> {
  const app = await startTestApp({ clock: new FakeClock(), ...options });
  close = () => app.close();
  return app;
}

type Headers = Readonly<Record<string, string | string[]>>;

/** The status of an answer, and what it says of when to retry. */
async function get(port: number, path: string, headers: Headers = {}, method = 'GET'): Promise<string> {
  const [response] = await once(
    request({ port, path, headers, method, host: '127.0.0.1', agent: false }).end(),
    'response',
  );
  response.resume();
  return [response.statusCode, response.headers['retry-after']].filter((part) => part !== undefined).join(' ');
}

/** As a proxy passes it on. */
function statsFromAfar({ port }: { readonly port: number }): Promise<string> {
  return get(port, '/v1/stats', { 'x-forwarded-for': '203.0.113.9' });
}

describe('the rate of an address', () => {
  test('is shared by both APIs and all connections, and refuses with the time to retry', async () => {
    const app = await start({ rates: { address: { burst: 3, periodMs: 4_500 } } });
    expect(await get(app.port, '/v1/stats')).toBe('200');
    await app.client.call(getStats, {});
    await app.connect().call(getStats, {});
    expect(await get(app.port, '/v1/stats')).toBe('429 2');
    expect(await get(app.port, '/v1/stats', {}, 'HEAD')).toBe('429 2');
    const error = await failure(app.client.call(getStats, {}));
    expect(error).toMatchObject({ reason: 'RATE_LIMITED', grpcCode: 'RESOURCE_EXHAUSTED', retryAfterMs: 1_500 });
  });

  test('does not hold for health, readiness, documents and what reaches no method', async () => {
    const app = await start({ rates: { address: { burst: 1, periodMs: 1_000 } } });
    expect(await get(app.port, '/v1/stats')).toBe('200');
    for (const path of ['/healthz', '/readyz', '/docs/', '/openapi.yaml']) {
      expect([path, await get(app.port, path)]).toEqual([path, '200']);
    }
    expect(await get(app.port, '/v1/nothing')).toBe('404');
    expect(await get(app.port, '/v1/stats')).toBe('429 1');
  });

  test('is that of the caller before a proxy that is trusted, on one connection too, and the same over both APIs', async () => {
    const app = await start({
      rates: { address: { burst: 2, periodMs: 2_000 } },
      config: { trustedProxies: PROXIES },
    });
    const ann = { 'x-forwarded-for': '6.6.6.6, 203.0.113.9' };
    const ben = { forwarded: 'for="[2001:db8::1]:80"' };
    const besideBen = { forwarded: 'for="[2001:db8::2]"' };
    expect(await get(app.port, '/v1/stats', ann)).toBe('200');
    await app.client.call(getStats, {}, { metadata: ann });
    expect(await get(app.port, '/v1/stats', { 'x-forwarded-for': ['7.7.7.7', '203.0.113.9'] })).toBe('429 1');
    expect((await failure(app.client.call(getStats, {}, { metadata: ann }))).reason).toBe('RATE_LIMITED');
    await app.client.call(getStats, {}, { metadata: ben });
    expect(await get(app.port, '/v1/stats', besideBen)).toBe('200');
    expect((await failure(app.client.call(getStats, {}, { metadata: besideBen }))).reason).toBe('RATE_LIMITED');
    expect(await get(app.port, '/v1/stats')).toBe('200');
  });

  test('is that of the connection where no proxy is trusted, whatever a caller says', async () => {
    const app = await start({ rates: { address: { burst: 2, periodMs: 2_000 } } });
    expect(await get(app.port, '/v1/stats', { 'x-forwarded-for': '203.0.113.1' })).toBe('200');
    await app.client.call(getStats, {}, { metadata: { 'x-forwarded-for': '203.0.113.2' } });
    expect(await get(app.port, '/v1/stats', { 'x-forwarded-for': '203.0.113.3' })).toBe('429 1');
  });
});

describe('veche serve', () => {
  test('takes the rates and proxies that its flags name', async () => {
    const flags = ['--log-format', 'json', '--address-rate', '1/1h', '--trusted-proxies', '127.0.0.0/8'];
    const veche = await VecheProcess.serve(flags);
    close = () => veche.kill();
    expect(await statsFromAfar(veche)).toBe('200');
    expect(await statsFromAfar(veche)).toMatch(/^429 3[56]\d\d$/);
    expect(await get(veche.port, '/v1/stats')).toBe('200');
  });

  test('with --rate-limits false has none', async () => {
    const veche = await VecheProcess.serve([
      '--log-format',
      'json',
      '--address-rate',
      '1/1h',
      '--rate-limits',
      'false',
    ]);
    close = () => veche.kill();
    for (let count = 0; count < 3; count++) expect(await statsFromAfar(veche)).toBe('200');
  });
});

test('by default 500 people behind one address enter an event at once, and one of them posts a hundred messages', async () => {
  const { port } = await start({ rates: DEFAULT_RATES });
  const json = { 'content-type': 'application/json' };
  const post = async (path: string, body: object, token?: string): Promise<Record<string, unknown>> => {
    const headers = { ...json, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    const request = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${port}/v1${path}`, request);
    expect(response.status).toBe(201);
    return (await response.json()) as Record<string, unknown>;
  };
  const [guest] = await Promise.all(Array.from({ length: 500 }, () => post('/sessions', { displayName: 'Guest' })));
  const token = String(guest?.['token']);
  const { id } = (await post('/chats', { title: 'Event' }, token))['chat'] as { id: string };
  await Promise.all(Array.from({ length: 100 }, () => post(`/chats/${id}/messages`, { text: 'hi' }, token)));
});

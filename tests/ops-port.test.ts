/** The port of operators: metrics and health, apart from what users call. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Problem } from '../src/gen/http/index.ts';
import * as Http from '../src/gen/http/index.ts';
import { openMemoryStorage } from '../src/storage/memory/open-memory-storage.ts';
import { FIRST } from './support/certificates.ts';
import { disturbed } from './support/disturbed-storage.ts';
import { checkHealth } from './support/health.ts';
import { FrameConnection, PREFACE, SETTINGS } from './support/http2-frames.ts';
import { httpClient } from './support/http-person.ts';
import { Person } from './support/person.ts';
import { scrape } from './support/scrape.ts';
import { freePorts } from './support/servers/free-ports.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';
import { httpsGet } from './support/tls-client.ts';
import { VecheProcess } from './support/veche-process.ts';

const OPS = { host: '127.0.0.1', port: 0 };
const PATHS = ['/healthz', '/readyz', '/metrics'];

function get(port: number, path: string, method = 'GET'): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, { method });
}

describe('without it', () => {
  test.each(PATHS)('%s is on the one port', async (path) => {
    const app = await startTestApp();
    onTestFinished(() => app.close());
    expect((await get(app.port, path)).status).toBe(200);
  });
});

describe('with it', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ config: { ops: OPS } });
  });

  afterAll(() => app.close());

  test.each(PATHS)('%s is there, and not on the other', async (path) => {
    expect((await get(app.opsPort, path)).status).toBe(200);
    expect((await get(app.opsPort, path, 'HEAD')).status).toBe(200);
    const elsewhere = await get(app.port, path);
    expect(elsewhere.status).toBe(404);
    expect(((await elsewhere.json()) as Problem).code).toBe('ROUTE_NOT_FOUND');
  });

  test.each([
    ['/v1/stats', 'GET', 404],
    ['/docs', 'GET', 404],
    ['/metrics', 'POST', 405],
  ])('there is nothing for users: %s by %s', async (path, method, status) => {
    expect((await get(app.opsPort, path, method)).status).toBe(status);
  });

  test('gRPC health stays where gRPC is', async () => {
    expect(await checkHealth(app.port)).toBe('SERVING');
  });

  test('says goodbye to HTTP/2', async () => {
    const connection = new FrameConnection(app.opsPort);
    connection.send(PREFACE, SETTINGS);
    await connection.ended();
    expect(connection.received.toString('latin1')).toContain('gRPC is not served on this connection');
    connection.destroy();
  });

  test('what is no HTTP gets a problem', async () => {
    const socket = connect({ port: app.opsPort, host: '127.0.0.1' });
    socket.write('no protocol\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 .*"code":"INVALID_ARGUMENT"/s);
    socket.destroy();
  });

  test('counts the calls of the other port', async () => {
    await Person.enter(app.client);
    const after = await scrape(app.opsPort);
    expect(after.value('veche_calls_total', { api: 'grpc', method: 'CreateSession' })).toBe(1);
    expect(after.value('veche_connections', { protocol: 'http/1.1' })).toBeDefined();
  });
});

describe('with TLS', () => {
  test('it is in the clear all the same', async () => {
    const app = await startTestApp({ config: { ops: OPS, tls: FIRST } });
    onTestFinished(() => app.close());
    expect((await get(app.opsPort, '/healthz')).status).toBe(200);
    expect((await httpsGet(app.port, '/v1/stats')).status).toBe(200);
  });
});

describe('it serves all of the life of the server', () => {
  test('alive and not ready while the storage is not reached', async () => {
    const [redisPort, opsPort] = await freePorts(2);
    const url = `redis://127.0.0.1:${redisPort}`;
    const veche = new VecheProcess(['serve', '--storage', 'redis', '--redis-url', url, '--ops-port', String(opsPort)]);
    onTestFinished(() => veche.kill());
    await veche.line('the storage cannot be reached yet');
    const client = httpClient(opsPort!);
    expect((await Http.getHealth({ client })).data).toEqual({ status: 'SERVING' });
    expect((await Http.getReadiness({ client })).error).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect((await scrape(opsPort!)).value('veche_ready')).toBe(0);
  });

  test('not ready while it drains, and until the storage has closed', async () => {
    const closing = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const storage = disturbed(openMemoryStorage(), {
      before: async (operation) => {
        if (operation !== 'close') return;
        closing.resolve();
        await closed.promise;
      },
    });
    const app = await startTestApp({ config: { ops: OPS, drainDelayMs: 500 }, storage });
    onTestFinished(() => app.close());
    const client = httpClient(app.opsPort);
    expect((await Http.getReadiness({ client })).data).toEqual({ status: 'SERVING' });

    const stopping = app.stop();
    const draining = await Http.getReadiness({ client });
    expect(draining.error).toMatchObject({ status: 503, code: 'SHUTTING_DOWN' });
    expect((await scrape(app.opsPort)).value('veche_ready')).toBe(0);
    await Person.enter(app.client);

    await closing.promise;
    await expect(get(app.port, '/v1/stats')).rejects.toThrow('fetch failed');
    expect((await get(app.opsPort, '/healthz')).status).toBe(200);
    expect((await Http.getReadiness({ client })).error).toMatchObject({ code: 'SHUTTING_DOWN' });
    closed.resolve();
    expect(await stopping).toBe(true);
    await expect(get(app.opsPort, '/healthz')).rejects.toThrow('fetch failed');
  });
});

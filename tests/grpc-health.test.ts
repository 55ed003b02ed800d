import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failure } from './support/grpc-error.ts';
import { HealthClient } from './support/health-client.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const SERVICES = [
  '',
  'veche.v1.SessionService',
  'veche.v1.ChatService',
  'veche.v1.MessageService',
  'veche.v1.StatsService',
];

let app: TestApp;
let health: HealthClient;

beforeEach(async () => {
  app = await startTestApp();
  health = new HealthClient(app.port);
});

afterEach(async () => {
  health.close();
  await app.close();
});

describe('health', () => {
  test('Check says of the server and of each service that it serves', async () => {
    for (const service of SERVICES) expect(await health.check(service)).toBe('SERVING');
  });

  test('Check knows no other service', async () => {
    expect((await failure(health.check('veche.v1.Other'))).grpcCode).toBe('NOT_FOUND');
  });

  test('Watch tells the state at once and each change, and does not hold up the end', async () => {
    const watches = SERVICES.map((service) => health.watch(service));
    for (const watch of watches) expect(await watch.next()).toBe('SERVING');
    const stopped = app.stop();
    for (const watch of watches) {
      expect(await watch.next()).toBe('NOT_SERVING');
      expect(await watch.next()).toBeUndefined();
    }
    expect(await stopped).toBe(true);
    expect(app.logLines).not.toContainEqual(expect.stringContaining('cutting'));
  });

  test('Watch of another service says that it is unknown, until the end', async () => {
    const watch = health.watch('veche.v1.Other');
    expect(await watch.next()).toBe('SERVICE_UNKNOWN');
    const stopped = app.stop();
    expect(await watch.next()).toBeUndefined();
    expect(await stopped).toBe(true);
  });

  test('a connection may have 16 watches, and no more until one has ended', async () => {
    const watches = Array.from({ length: 16 }, () => health.watch(''));
    for (const watch of watches) expect(await watch.next()).toBe('SERVING');
    const refused = await failure(health.watch('').next());
    expect(refused).toMatchObject({ grpcCode: 'RESOURCE_EXHAUSTED', reason: 'TOO_MANY_STREAMS' });
    expect(refused.message).toContain('16');

    const other = new HealthClient(app.port);
    expect(await other.watch('').next()).toBe('SERVING');
    other.close();

    watches[0]!.cancel();
    // What is answered on the same connection afterwards was sent after the cancelling.
    await health.check('');
    expect(await health.watch('').next()).toBe('SERVING');
    expect((await failure(health.watch('').next())).grpcCode).toBe('RESOURCE_EXHAUSTED');
    expect(await app.stop()).toBe(true);
    for (const watch of watches.slice(1)) expect(await watch.next()).toBe('NOT_SERVING');
  });

  test('Check says that the server does not serve while it still answers before its end', async () => {
    const own = await startTestApp({ config: { drainDelayMs: 1_000 } });
    const ownHealth = new HealthClient(own.port);
    const watch = ownHealth.watch('');
    await watch.next();
    const stopped = own.stop();
    expect(await watch.next()).toBe('NOT_SERVING');
    for (const service of SERVICES) expect(await ownHealth.check(service)).toBe('NOT_SERVING');
    expect(await stopped).toBe(true);
    ownHealth.close();
  });
});

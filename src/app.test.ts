import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { disturbed } from '../tests/support/disturbed-storage.ts';
import { FakeClock } from '../tests/support/fake-clock.ts';
import { recordedLog } from '../tests/support/recorded-log.ts';
import { testConfig } from '../tests/support/test-config.ts';
import { startApp, type App, type Overrides } from './app.ts';
import type { Config } from './config/config.ts';
import type { Address } from './lifecycle/listener.ts';
import { StartError } from './lifecycle/start-error.ts';
import { createMemoryData } from './storage/memory/memory-data.ts';
import { openMemoryStorage } from './storage/memory/open-memory-storage.ts';
import type { Storage } from './storage/storage.ts';

const DAY_MS = 86_400_000;
/** How far two clocks may be apart that agree. */
const TOLERANCE_MS = 50;

function start(config: Partial<Config> = {}, overrides: Overrides = {}): Promise<App> {
  return startApp(testConfig({ shutdownGraceMs: 10_000, ...config }), { log: recordedLog(), ...overrides });
}

/** A storage whose clock is not the machine's. */
function aDayAhead(): Storage {
  return Object.assign(openMemoryStorage(), { readTime: async () => Date.now() + DAY_MS });
}

/** When a new session says that it was created. */
async function createSession({ host, port }: Address): Promise<number> {
  const answer = await fetch(`http://${host}:${port}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"displayName":"Ann"}',
  });
  const { session } = (await answer.json()) as { session: { createdAt: string } };
  return Date.parse(session.createdAt);
}

describe('a server', () => {
  test('takes the port that it says, and gives it back when it closes', async () => {
    const first = await start();
    expect(first.address.port).toBeGreaterThan(0);
    expect(await first.close()).toBe(true);
    const second = await start(first.address);
    expect(second.address).toStrictEqual(first.address);
    await second.close();
  });

  test('does not start on a port in use', async () => {
    const app = await start();
    await expect(start(app.address)).rejects.toBeInstanceOf(StartError);
    await app.close();
  });

  test('whose port for gRPC is in use gives back the other, and does not start', async () => {
    const app = await start();
    const { port } = await start().then(async (free) => {
      await free.close();
      return free.address;
    });
    const refused = start({ port, grpcPort: app.address.port });
    await expect(refused).rejects.toThrow(/^cannot open port \d+ .*--grpc-port \(VECHE_GRPC_PORT\)/);
    await (await start({ port })).close();
    await app.close();
  });

  test('does not start with a certificate that is of no use', async () => {
    const refused = start({ tls: { certPath: '/nowhere', keyPath: '/nowhere' } });
    await expect(refused).rejects.toBeInstanceOf(StartError);
  });

  test('works with the storage that it is given, and closes it last', async () => {
    const operations: string[] = [];
    const before = (operation: string): void => void operations.push(operation);
    const app = await start({}, { storage: disturbed(openMemoryStorage(), { before }) });
    expect(operations).not.toContain('close');
    expect(await app.close()).toBe(true);
    expect(operations.at(-1)).toBe('close');
  });

  test('clears away what is over by itself, without a call that asks for it', async () => {
    const data = createMemoryData();
    const clock = new FakeClock();
    const cleared = Promise.withResolvers<void>();
    const after = (operation: string): void => {
      if (operation === 'sweep' && data.sessions.size === 0) cleared.resolve();
    };
    const storage = openMemoryStorage(data);
    const user = { userId: randomUUID(), displayName: 'Ann' };
    const session = { user, tokenHash: Buffer.alloc(32), ttlMs: 1_000, maxUsers: 0, now: clock.now() };
    await storage.createSession(session);
    const app = await start({}, { storage: disturbed(storage, { after }), clock });
    expect(data.sessions.size).toBe(1);
    clock.advance(1_000);
    await cleared.promise;
    await app.close();
  });

  test("goes by the storage's clock where it shares the storage, and by its own where it does not", async () => {
    for (const [config, aheadMs] of [
      [{ storage: 'redis' }, DAY_MS],
      [{ storage: 'memory' }, 0],
    ] as const) {
      const app = await start(config, { storage: aDayAhead() });
      const before = Date.now() + aheadMs;
      const createdAt = await createSession(app.address);
      expect(createdAt).toBeGreaterThanOrEqual(before - TOLERANCE_MS);
      expect(createdAt).toBeLessThan(before + DAY_MS / 2);
      await app.close();
    }
  });

  test('does not start where the storage cannot be found', async () => {
    await expect(start({ storage: 'redis' })).rejects.toThrow('--redis-url');
    await expect(start({ storage: 'postgres' })).rejects.toThrow('--postgres-url');
  });

  test('closes once, however often it is told to', async () => {
    const app = await start();
    expect(await Promise.all([app.close(), app.close()])).toStrictEqual([true, true]);
  });
});

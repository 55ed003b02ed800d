import { describe, expect, test } from 'vitest';
import { recordedLog } from '../tests/support/recorded-log.ts';
import { startApp, type App } from './app.ts';
import type { Config } from './config/config.ts';
import { DEFAULT_LIMITS } from './domain/limits.ts';
import { StartError } from './lifecycle/start-error.ts';

function start(config: Partial<Config> = {}): Promise<App> {
  return startApp(
    {
      port: 0,
      host: '127.0.0.1',
      storage: 'memory',
      reflection: true,
      limits: DEFAULT_LIMITS,
      drainDelayMs: 0,
      shutdownGraceMs: 10_000,
      logLevel: 'info',
      logFormat: 'json',
      ...config,
    },
    { log: recordedLog() },
  );
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

  test('closes once, however often it is told to', async () => {
    const app = await start();
    expect(await Promise.all([app.close(), app.close()])).toStrictEqual([true, true]);
  });
});

import { expect, test } from 'vitest';
import { startApp, type App } from '../src/app.ts';
import { DEFAULT_LIMITS } from '../src/domain/limits.ts';
import * as Http from '../src/gen/http/index.ts';
import { openMemoryStorage } from '../src/storage/memory/open-memory-storage.ts';
import { StorageUnavailableError } from '../src/storage/storage.ts';
import { disturbed } from './support/disturbed-storage.ts';
import { httpClient } from './support/http-person.ts';
import { recordedLog, type RecordedLog } from './support/recorded-log.ts';

/** A server whose storage fails in this operation. */
async function startFailing(
  operation: string,
  error: Error,
): Promise<{ readonly app: App; readonly log: RecordedLog }> {
  const log = recordedLog();
  const before = (called: string): void => {
    if (called === operation) throw error;
  };
  const app = await startApp(
    {
      port: 0,
      host: '127.0.0.1',
      storage: 'memory',
      reflection: false,
      corsOrigins: [],
      limits: DEFAULT_LIMITS,
      drainDelayMs: 0,
      shutdownGraceMs: 5_000,
      logLevel: 'info',
      logFormat: 'json',
    },
    { log, storage: disturbed(openMemoryStorage(), { before }) },
  );
  return { app, log };
}

test('what fails inside is INTERNAL, with the way to its line in the log and nothing of its cause', async () => {
  const { app, log } = await startFailing('getStats', new Error('a secret'));
  const { error } = await Http.getStats({ client: httpClient(app.address.port) });
  expect(error).toMatchObject({ status: 500, code: 'INTERNAL', instance: expect.stringMatching(/^urn:uuid:/) });
  expect(JSON.stringify(error)).not.toContain('secret');
  const correlationId = error!.instance!.replace('urn:uuid:', '');
  expect(log.fullLines).toContainEqual(expect.stringContaining(correlationId));
  await app.close();
});

test('a storage that does not answer is STORAGE_UNAVAILABLE', async () => {
  const { app } = await startFailing('getStats', new StorageUnavailableError('gone'));
  const { error } = await Http.getStats({ client: httpClient(app.address.port) });
  expect(error).toMatchObject({ status: 503, code: 'STORAGE_UNAVAILABLE', errors: [] });
  await app.close();
});

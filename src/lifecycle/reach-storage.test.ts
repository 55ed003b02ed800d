import { expect, test } from 'vitest';
import { recordedLog } from '../../tests/support/recorded-log.ts';
import { openMemoryStorage } from '../storage/memory/open-memory-storage.ts';
import { StorageUnavailableError, type Storage } from '../storage/storage.ts';
import { reachStorage } from './reach-storage.ts';

/** A storage that cannot be opened the first few times. */
function opensAfter(failures: number, error: Error): { open: () => Promise<Storage>; attempts: () => number } {
  let attempts = 0;
  return {
    attempts: () => attempts,
    async open() {
      if (attempts++ < failures) throw error;
      return openMemoryStorage();
    },
  };
}

const unavailable = new StorageUnavailableError('connection refused');

test('a storage that is not there yet is tried again, with a line in the log each time', async () => {
  const log = recordedLog();
  const { open } = opensAfter(2, unavailable);
  const storage = await reachStorage(open, { log, waitsMs: [0, 0, 0] });
  expect(await storage.getStats({ now: 0 })).toMatchObject({ users: 0 });
  expect(log.lines).toStrictEqual(Array(2).fill('warn: the storage cannot be reached yet'));
});

test('a storage that does not come is given up', async () => {
  const { open, attempts } = opensAfter(Infinity, unavailable);
  await expect(reachStorage(open, { log: recordedLog(), waitsMs: [0, 0] })).rejects.toBe(unavailable);
  expect(attempts()).toBe(3);
});

test('any other failure is final', async () => {
  const error = new Error('newer schema');
  const { open, attempts } = opensAfter(Infinity, error);
  await expect(reachStorage(open, { log: recordedLog() })).rejects.toBe(error);
  expect(attempts()).toBe(1);
});

test('waiting ends when the process is told to stop', async () => {
  const stop = new AbortController();
  const { open } = opensAfter(Infinity, unavailable);
  const reached = reachStorage(open, { log: recordedLog(), signal: stop.signal, waitsMs: [60_000] });
  stop.abort();
  await expect(reached).rejects.toThrow('aborted');
});

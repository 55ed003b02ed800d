/** What every test of the suite is given: two handles on the same fresh data, and a clock that the test moves. */

import { createHash } from 'node:crypto';

import { test as base } from 'vitest';

import type { Storage } from '../storage.ts';
import { Handle } from './handle.ts';
import { MovedClock } from './moved-clock.ts';

/** Two handles on the same data, which nobody has used before. */
export interface OpenedStorage {
  readonly handles: readonly [Storage, Storage];
  /** Closes both handles and drops the data. */
  close(): Promise<void>;
}

/** Opens fresh data, independent of all that was opened before. */
export type OpenStorage = () => Promise<OpenedStorage>;

/** Makes a value for a test and says what to do with it afterwards. */
type BuilderFixture<T> = (
  context: object,
  fixture: { onCleanup: (cleanup: () => Promise<void>) => void },
) => Promise<T>;

/**
 * A `test` whose body is given `one` and `other` (handles on the same data), `clock`, and, if it asks for it, `otherData`
 * (opened beside, and sharing nothing with it).
 */
export type StorageTest = ReturnType<typeof storageTest>;

/** The `test` for a storage: data are opened for each test and closed after it. */
export function storageTest(open: OpenStorage) {
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture depends on
  const openFresh: BuilderFixture<OpenedStorage> = async ({}, { onCleanup }) => {
    const opened = await open();
    onCleanup(() => opened.close());
    return opened;
  };
  return base
    .extend('clock', async () => new MovedClock())
    .extend('newId', async () => idSource())
    .extend('data', openFresh)
    .extend('one', async ({ data, clock, newId }) => new Handle(data.handles[0], clock, newId))
    .extend('other', async ({ data, clock, newId }) => new Handle(data.handles[1], clock, newId))
    .extend('otherData', openFresh);
}

/** UUIDs that are the same in every run, and whose order says nothing about their age. */
export function idSource(seed = 'id'): () => string {
  let count = 0;
  return () => {
    const hex = createHash('sha256').update(`${seed} ${++count}`).digest('hex');
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `8${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ].join('-');
  };
}

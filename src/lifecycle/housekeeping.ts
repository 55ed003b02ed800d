/** Has the storage clear away what is over, a little at a time. */

import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../service/clock.ts';
import type { Log } from '../service/log.ts';
import type { Storage } from '../storage/storage.ts';
import { repeat } from './repeat.ts';

/** As often as the contract of `sweep` says: storages count on it. */
const INTERVAL_MS = 1_000;
/** Deletions after which calls get their turn. */
const BATCH_SIZE = 500;

/** Sweeps every second, and on at once while there is more to do. @returns how to stop it. */
export function startHousekeeping({
  storage,
  clock,
  log,
  intervalMs = INTERVAL_MS,
}: {
  readonly storage: Pick<Storage, 'sweep'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly intervalMs?: number;
}): () => Promise<void> {
  return repeat(intervalMs, async (signal) => {
    try {
      while (!signal.aborted && (await storage.sweep({ now: clock.now(), limit: BATCH_SIZE }))) await setImmediate();
    } catch (error) {
      log.warn({ err: error }, 'house-keeping failed, will be tried again');
    }
  });
}

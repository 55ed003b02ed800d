/** Opens the storage at the start, with patience for one that is not there yet. */

import { setTimeout } from 'node:timers/promises';
import { StorageUnavailableError, type Storage } from '../storage/storage.ts';
import type { Log } from '../service/log.ts';

/** The waits between attempts: half a minute in all. */
const WAITS_MS: readonly number[] = [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000];

/**
 * Opens the storage; tries again while it does not answer.
 * @throws StorageUnavailableError after the last attempt, any other failure at once, the signal's reason when aborted.
 */
export async function reachStorage(
  open: () => Promise<Storage>,
  {
    log,
    signal,
    waitsMs = WAITS_MS,
  }: { readonly log: Log; readonly signal?: AbortSignal | undefined; readonly waitsMs?: readonly number[] },
): Promise<Storage> {
  for (const [index, waitMs] of waitsMs.entries()) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof StorageUnavailableError)) throw error;
      log.warn({ err: error, attempt: index + 1, attempts: waitsMs.length + 1 }, 'the storage cannot be reached yet');
      await setTimeout(waitMs, undefined, { signal });
    }
  }
  return open();
}

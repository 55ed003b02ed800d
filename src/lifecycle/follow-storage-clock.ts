/** Keeps the clocks of all instances that share a storage together: each follows the storage's. */

import type { Clock } from '../service/clock.ts';
import { FollowingClock } from '../service/following-clock.ts';
import type { Log } from '../service/log.ts';
import type { Storage } from '../storage/storage.ts';
import { repeat } from './repeat.ts';
import { machineOffsetMs, readStorageTime, type StorageTime } from './storage-time.ts';

/** How long a reading of the storage's clock serves, and how soon one that failed or was poor is tried again. */
const READING_INTERVAL_MS = 30_000;
const RETRY_INTERVAL_MS = 5_000;
/** How often it is looked whether the machine was suspended or its clock was set, after which it is read at once. */
const LOOK_INTERVAL_MS = 1_000;
/** With readings at least this good, and what they drift until the next, two instances agree within 50 ms. */
const GOOD_UNCERTAINTY_MS = 10;
/** How far two clocks of machines drift apart at worst, as a share of the time. */
const DRIFT = 0.000_5;
/** What an operator should know of: of the machine's clock beside the storage's, and of a clock that was set. */
const NOTEWORTHY_MS = 1_000;

/** A clock that follows a storage's. */
export interface StorageClock {
  readonly clock: Clock;
  /** Ends the following. */
  readonly stop: () => Promise<void>;
}

/**
 * Reads the storage's clock, and goes on reading it now and then. A reading counts if it is good, or better than what the last
 * one that counted is still worth, or so far from it that this one is not true any more: a machine slept, a clock was set.
 * @throws StorageUnavailableError when it cannot be read the first time.
 */
export async function followStorageClock(storage: Pick<Storage, 'readTime'>, log: Log): Promise<StorageClock> {
  let last = await readStorageTime(storage);
  let machineMs = machineOffsetMs();
  let dueAtMs = last.readAtMs + READING_INTERVAL_MS;
  let isApart = false;
  const clock = new FollowingClock(last.offsetMs);

  const compareWithMachine = ({ aheadOfMachineMs }: StorageTime): void => {
    const wasApart = isApart;
    isApart = Math.abs(aheadOfMachineMs) > NOTEWORTHY_MS;
    if (!isApart || wasApart) return;
    const fields = { storageAheadMs: Math.round(aheadOfMachineMs) };
    log.warn(fields, "this machine's clock is not the storage's, which is followed: have both set by NTP");
  };

  const take = (next: StorageTime): void => {
    const movedMs = next.offsetMs - last.offsetMs;
    if (Math.abs(movedMs) > NOTEWORTHY_MS) {
      log.warn({ movedMs: Math.round(movedMs) }, "the storage's clock has been set, or another one has taken over");
    }
    last = next;
    dueAtMs = next.readAtMs + READING_INTERVAL_MS;
    clock.correct(next.offsetMs);
    compareWithMachine(next);
  };

  const stop = repeat(LOOK_INTERVAL_MS, async () => {
    const wasSet = Math.abs(machineOffsetMs() - machineMs) > GOOD_UNCERTAINTY_MS;
    if (performance.now() < dueAtMs && !wasSet) return;
    machineMs = machineOffsetMs();
    dueAtMs = performance.now() + RETRY_INTERVAL_MS;
    try {
      const next = await readStorageTime(storage);
      const stillWorthMs = last.uncertaintyMs + (next.readAtMs - last.readAtMs) * DRIFT;
      const isGood = next.uncertaintyMs <= Math.max(GOOD_UNCERTAINTY_MS, stillWorthMs);
      const isNews = Math.abs(next.offsetMs - last.offsetMs) > next.uncertaintyMs + stillWorthMs;
      if (isGood || isNews) take(next);
    } catch (error) {
      log.warn({ err: error }, "the storage's clock cannot be read, will be tried again");
    }
  });

  if (last.uncertaintyMs > GOOD_UNCERTAINTY_MS) {
    const uncertaintyMs = Math.round(last.uncertaintyMs);
    log.warn({ uncertaintyMs }, 'the storage answers slowly: its clock could not be read well');
  }
  compareWithMachine(last);
  return { clock, stop };
}

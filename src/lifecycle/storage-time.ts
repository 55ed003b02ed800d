/** Reads the clock of a storage as exactly as the way there and back allows. */

import type { Storage } from '../storage/storage.ts';

/** Asked one after the other: the quickest answer tells the time best. */
const SAMPLES = 5;

/** What the clock of a storage showed, seen from here. */
export interface StorageTime {
  /** What it shows more than `performance.now()`. */
  readonly offsetMs: number;
  /** What it shows more than the clock of this machine. */
  readonly aheadOfMachineMs: number;
  /** By how much that may be wrong at most: half the time that asking took. */
  readonly uncertaintyMs: number;
  /** When it was read, by `performance.now()`. */
  readonly readAtMs: number;
}

/** The best of several readings. @throws StorageUnavailableError */
export async function readStorageTime(storage: Pick<Storage, 'readTime'>): Promise<StorageTime> {
  let best = await readOnce(storage);
  for (let sample = 1; sample < SAMPLES; sample++) {
    const next = await readOnce(storage);
    if (next.uncertaintyMs < best.uncertaintyMs) best = next;
  }
  return best;
}

async function readOnce(storage: Pick<Storage, 'readTime'>): Promise<StorageTime> {
  const askedAtMs = performance.now();
  const storageMs = await storage.readTime();
  const readAtMs = performance.now();
  const uncertaintyMs = (readAtMs - askedAtMs) / 2;
  // It is taken to have been read halfway there and back.
  const offsetMs = storageMs - (readAtMs - uncertaintyMs);
  return { offsetMs, aheadOfMachineMs: offsetMs - machineOffsetMs(), uncertaintyMs, readAtMs };
}

/** What the clock of this machine shows more than `performance.now()`. */
export function machineOffsetMs(): number {
  return Date.now() - performance.now();
}

/** What a storage tells of how it works inside, for whoever counts. */

/** What travels together in some storages. */
export const BATCHES = ['posts', 'session-lookups'] as const;

/** One of them. */
export type Batch = (typeof BATCHES)[number];

/** It must be cheap, and must not throw. */
export interface StorageMeter {
  /** So many of one kind have gone to the storage as one. */
  sentTogether(batch: Batch, count: number): void;
}

/** Counts nothing. */
export const NO_STORAGE_METER: StorageMeter = { sentTogether: () => {} };

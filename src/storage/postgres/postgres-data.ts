/** What the operations work with: the database and how this handle takes part in what all share. */

import { RECENT_RESOLUTION_MS } from '../../domain/limits.ts';
import type { Database } from './database.ts';

/** Rows that writers of tallies share out among themselves: as many can write at once without waiting for each other. */
const TALLY_SHARDS = 16;

/** The data as one handle reaches them. */
export interface PostgresData {
  readonly database: Database;
  /** Where commits are told to every handle. */
  readonly channel: string;
  /** The bucket of a time, and this handle's shard of it. */
  readonly tallyPlace: (now: number) => readonly [number, number];
}

/** The bucket in which a time is counted. */
export function bucketOf(at: number): number {
  return Math.floor(at / RECENT_RESOLUTION_MS);
}

/** The shard for a batch that travels in a slot of a handle whose first shard is this. */
export function shardOf(firstShard: number, slot = 0): number {
  return (firstShard + slot) % TALLY_SHARDS;
}

/** A first shard for a handle: any will do, others take others most of the time. */
export function anyShard(): number {
  return Math.floor(Math.random() * TALLY_SHARDS);
}

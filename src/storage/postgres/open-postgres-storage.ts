/** The storage for several instances that share a PostgreSQL database. */

import { randomBytes } from 'node:crypto';

import type { Storage } from '../storage.ts';
import type { StorageLog } from '../storage-log.ts';
import { connectTo } from './connection.ts';
import { Database } from './database.ts';
import { openingFailure } from './driver-errors.ts';
import { Listener } from './listener.ts';
import { migratePostgres } from './migrate.ts';
import { BATCH_LIMITS, postsOf } from './post-message.ts';
import { PostgresStorage } from './postgres-storage.ts';
import { anyShard } from './postgres-data.ts';
import { Watchers } from './watchers.ts';

/** Where the data are, and how to get there. */
export interface PostgresStorageOptions {
  readonly url: string;
  /** Past a pooler such as PgBouncer: for listening and migrations. Default: url. */
  readonly directUrl: string | undefined;
  /** All tables and functions live in it. */
  readonly schema: string;
  /** Connections for calls; one more listens. */
  readonly poolSize: number;
  /** Named prepared statements; off behind a pooler that does not support them. */
  readonly preparedStatements: boolean;
  readonly log: StorageLog;
}

/** What measurements vary. */
export interface PostgresTuning {
  readonly postsPerBatch?: number;
  readonly batchesInFlight?: number;
}

/**
 * Opens a handle, after the schema was migrated.
 * @throws StorageUnavailableError if PostgreSQL does not answer, UnusableStorageError if it cannot be used: see `migratePostgres`
 */
export async function openPostgresStorage(
  { url, directUrl = url, schema, poolSize, preparedStatements, log }: PostgresStorageOptions,
  { postsPerBatch = BATCH_LIMITS.posts, batchesInFlight = BATCH_LIMITS.inFlight }: PostgresTuning = {},
): Promise<Storage> {
  await migratePostgres({ url: directUrl, schema, log }, 'up');
  const channel = `veche_${schema}`;
  const watchers = new Watchers();
  let listener: Listener | undefined;
  const database = new Database({ url, schema, poolSize, preparedStatements, log });
  try {
    await database.ping();
    const pageTokenKey = await readPageTokenKey(directUrl, schema);
    listener = await Listener.start({
      url: directUrl,
      channel,
      log,
      onNote: (payload) => watchers.wake(payload),
      onGap: () => watchers.wakeAll(),
    });
    const firstShard = anyShard();
    const limits = { ...BATCH_LIMITS, posts: postsPerBatch, inFlight: batchesInFlight };
    const posts = postsOf(database, channel, firstShard, limits);
    return new PostgresStorage({ database, channel, firstShard, watchers, listener, posts, pageTokenKey });
  } catch (error) {
    await listener?.close();
    await database.close();
    throw openingFailure(error);
  }
}

/** The key that all handles share; the first one makes it. */
async function readPageTokenKey(url: string, schema: string): Promise<Uint8Array> {
  const client = await connectTo(url);
  try {
    await client.query(`INSERT INTO "${schema}".meta (page_token_key) VALUES ($1) ON CONFLICT DO NOTHING`, [
      randomBytes(32),
    ]);
    const { rows } = await client.query<{ key: Buffer }>(`SELECT page_token_key AS key FROM "${schema}".meta`);
    if (rows[0] === undefined) throw new Error('there is no key for page tokens');
    return new Uint8Array(rows[0].key);
  } finally {
    await client.end();
  }
}

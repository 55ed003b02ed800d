/** The storage for several instances that share a PostgreSQL database. */

import { randomBytes } from 'node:crypto';

import type { Client } from 'pg';

import { type Storage, UnusableStorageError } from '../storage.ts';
import type { StorageLog } from '../storage-log.ts';
import { NO_STORAGE_METER, type StorageMeter } from '../storage-meter.ts';
import type { StorageTracer } from '../storage-tracer.ts';
import { connectTo } from './connection.ts';
import { Database } from './database.ts';
import { isForMissingSchema, openingFailure } from './driver-errors.ts';
import { endClient, Listener } from './listener.ts';
import { migrate } from './migrate.ts';
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
  /** Told of what travels together. */
  readonly meter?: StorageMeter;
  readonly tracer?: StorageTracer | undefined;
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
  {
    url,
    directUrl = url,
    schema,
    poolSize,
    preparedStatements,
    log,
    meter = NO_STORAGE_METER,
    tracer,
  }: PostgresStorageOptions,
  { postsPerBatch = BATCH_LIMITS.posts, batchesInFlight = BATCH_LIMITS.inFlight }: PostgresTuning = {},
): Promise<Storage> {
  const channel = `veche_${schema}`;
  const watchers = new Watchers();
  const database = new Database({ url, schema, poolSize, preparedStatements, log, tracer });
  let direct: Client | undefined;
  try {
    direct = await connectTo(directUrl);
    await migrate(direct, { schema, log }, 'up');
    const pageTokenKey = await readPageTokenKey(direct, schema);
    if (url !== directUrl) await checkSameData(database, pageTokenKey);
    const listener = await Listener.start(direct, {
      url: directUrl,
      channel,
      log,
      onNote: (payload) => watchers.wake(payload),
      onGap: () => watchers.wakeAll(),
    });
    const firstShard = anyShard();
    const limits = { ...BATCH_LIMITS, posts: postsPerBatch, inFlight: batchesInFlight };
    const posts = postsOf(database, channel, firstShard, { limits, meter, tracer });
    const parts = { database, channel, firstShard, watchers, listener, posts, pageTokenKey, meter, tracer };
    return new PostgresStorage(parts);
  } catch (error) {
    if (direct !== undefined) await endClient(direct);
    await database.close();
    throw openingFailure(error);
  }
}

/** The key that all handles share; the first one makes it. */
async function readPageTokenKey(client: Client, schema: string): Promise<Uint8Array> {
  const key = `SELECT page_token_key AS key FROM "${schema}".meta`;
  const { rows } = await client.query<{ key: Buffer }>(key);
  if (rows[0] !== undefined) return new Uint8Array(rows[0].key);
  const made = `INSERT INTO "${schema}".meta (page_token_key) VALUES ($1) ON CONFLICT DO NOTHING`;
  await client.query(made, [randomBytes(32)]);
  return readPageTokenKey(client, schema);
}

/** A pooler may lead to another database than the direct address. @throws UnusableStorageError if it does */
async function checkSameData(database: Database, pageTokenKey: Uint8Array): Promise<void> {
  const pooled = await database.value<Buffer | null>('get_page_token_key_v1', []).catch((error: unknown) => {
    if (isForMissingSchema(error)) return null;
    throw error;
  });
  if (pooled?.equals(pageTokenKey) === true) return;
  throw new UnusableStorageError('the address of PostgreSQL and the direct one lead to different data');
}

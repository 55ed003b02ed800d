/** A Redis and a PostgreSQL of the benchmark's own, which are gone afterwards. */

import { openPostgresStorage, type PostgresTuning } from '../../src/storage/postgres/open-postgres-storage.ts';
import { openRedisStorage } from '../../src/storage/redis/open-redis-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { startOwnPostgres } from '../../tests/support/servers/postgres-server.ts';
import { startOwnRedis } from '../../tests/support/servers/redis-server.ts';
import { LOG } from './load.ts';

/** As it is used: what is acknowledged is on the disk. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };
/** The default. */
const POOL_SIZE = 10;

/** A server that holds any number of data, by name. */
interface StorageServer<Tuning = never> {
  readonly url: string;
  /** The settings by which Veche keeps its data there. @param url of something between them and the server. */
  flags(name: string, url?: string): readonly string[];
  /** Lets `use` have a handle on data. */
  withStorage<T>(name: string, use: (storage: Storage) => Promise<T>, tuning?: Tuning): Promise<T>;
}

export interface StorageServers {
  readonly redis: StorageServer & { readonly port: number };
  readonly postgres: StorageServer<PostgresTuning>;
}

/** Lets `use` have both servers. @throws saying what to install. */
export async function withStorageServers<T>(use: (servers: StorageServers) => Promise<T>): Promise<T> {
  const redis = await startOwnRedis();
  try {
    const postgres = await startOwnPostgres(DURABLE);
    try {
      return await use({ redis: redisAt(redis), postgres: postgresAt(postgres) });
    } finally {
      await postgres.close();
    }
  } finally {
    await redis.close();
  }
}

function redisAt({ url, port }: { readonly url: string; readonly port: number }): StorageServers['redis'] {
  return {
    url,
    port,
    flags: (prefix, at = url) => ['--storage', 'redis', '--redis-url', at, '--redis-prefix', prefix],
    withStorage: (prefix, use) => using(openRedisStorage({ urls: [url], prefix, allowEviction: false, log: LOG }), use),
  };
}

function postgresAt({ url }: { readonly url: string }): StorageServers['postgres'] {
  const options = { url, directUrl: undefined, poolSize: POOL_SIZE, preparedStatements: true, log: LOG };
  return {
    url,
    flags: (schema, at = url) => ['--storage', 'postgres', '--postgres-url', at, '--postgres-schema', schema],
    withStorage: (schema, use, tuning) => using(openPostgresStorage({ ...options, schema }, tuning), use),
  };
}

async function using<T>(opening: Promise<Storage>, use: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await opening;
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
}

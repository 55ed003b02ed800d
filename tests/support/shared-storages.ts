/** Every storage that instances share, as tests start them: each time with data that nobody has used before. */

import { randomUUID } from 'node:crypto';
import type { Config } from '../../src/config/config.ts';
import { openPostgresStorage } from '../../src/storage/postgres/open-postgres-storage.ts';
import { openRedisStorage } from '../../src/storage/redis/open-redis-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { recordedLog } from './recorded-log.ts';
import { startPostgres } from './servers/postgres-server.ts';
import { startRedis, startRedisCluster, type TestRedis } from './servers/redis-server.ts';

/** Data that any number of handles, here or in servers, may share. */
export interface SharedData {
  /** The settings by which a server finds them. */
  readonly config: Pick<Config, 'storage' | 'redis' | 'postgres'>;
  /** One more handle. */
  readonly open: () => Promise<Storage>;
  /** Ends the server that holds them; handles are closed by whoever opened them. */
  readonly close: () => Promise<void>;
}

/** By name: the rows of a table of tests. */
export const SHARED_STORAGES: readonly (readonly [name: string, start: () => Promise<SharedData>])[] = [
  ['Redis', () => onRedis(startRedis)],
  ['Redis Cluster', () => onRedis(startRedisCluster)],
  ['PostgreSQL', onPostgres],
];

async function onRedis(start: () => Promise<TestRedis>): Promise<SharedData> {
  const { url, close } = await start();
  const redis = { urls: url.split(','), prefix: newName(), allowEviction: false };
  return { config: { storage: 'redis', redis }, open: () => openRedisStorage({ ...redis, log: recordedLog() }), close };
}

async function onPostgres(): Promise<SharedData> {
  const { url, close } = await startPostgres();
  const postgres = { url, directUrl: undefined, schema: newName(), poolSize: 10, preparedStatements: true };
  const open = (): Promise<Storage> => openPostgresStorage({ ...postgres, log: recordedLog() });
  return { config: { storage: 'postgres', postgres }, open, close };
}

/** Of a part of the storage that belongs to one test. */
function newName(): string {
  return `test_${randomUUID().replaceAll('-', '')}`;
}

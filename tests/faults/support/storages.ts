/** Storages of the tests' own, as durable as they can be, which may be killed, frozen and cut off. */

import { Client } from 'pg';
import { createClient } from 'redis';
import { startOwnPostgres } from '../../support/servers/postgres-server.ts';
import { startOwnRedis } from '../../support/servers/redis-server.ts';
import type { TemporaryServer } from '../../support/servers/temporary-server.ts';

/** One storage that instances share. */
export interface FragileStorage {
  /** The settings by which an instance finds it. */
  readonly env: Readonly<Record<string, string>>;
  readonly server: TemporaryServer;
  /** Cuts every connection; new ones are accepted. */
  readonly cutConnections: () => Promise<void>;
  /** Cuts those by which instances hear of each other's doings; what is said meanwhile is lost. */
  readonly cutListeners: () => Promise<void>;
  readonly close: () => Promise<void>;
}

type Start = (options?: Readonly<Record<string, string>>) => Promise<FragileStorage>;

/** An acknowledged write is on the disk. */
export const startDurableRedis: Start = async (options = {}) => {
  const { url, server, close } = await startOwnRedis({ appendonly: 'yes', appendfsync: 'always', ...options });
  const ask = (...command: readonly string[]): Promise<void> => askRedis(url, command);
  return {
    env: { VECHE_STORAGE: 'redis', VECHE_REDIS_URL: url },
    server,
    cutConnections: () => ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    cutListeners: () => ask('CLIENT', 'KILL', 'TYPE', 'pubsub'),
    close,
  };
};

/** An acknowledged write is on the disk. */
const startDurablePostgres: Start = async (options = {}) => {
  const durable = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };
  const { url, server, close } = await startOwnPostgres({ ...durable, ...options });
  const cut = (which: string): Promise<void> =>
    askPostgres(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and ${which}`,
    );
  return {
    env: { VECHE_STORAGE: 'postgres', VECHE_POSTGRES_URL: url },
    server,
    cutConnections: () => cut(`backend_type = 'client backend'`),
    cutListeners: () => cut(`query ilike 'listen%'`),
    close,
  };
};

/** Both, by name: the rows of a table of tests. */
export const STORAGES: readonly (readonly [name: string, start: Start])[] = [
  ['Redis', startDurableRedis],
  ['PostgreSQL', startDurablePostgres],
];

/** Sends one command to Redis. */
export async function askRedis(url: string, command: readonly string[]): Promise<void> {
  const client = createClient({ url });
  client.on('error', () => {});
  await client.connect();
  await client.sendCommand([...command]);
  client.destroy();
}

async function askPostgres(url: string, query: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(query);
  await client.end();
}

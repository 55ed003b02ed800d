/** The schema: plain SQL files, applied in their order under a lock, and what is said of a schema that is not ours. */

import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { Client } from 'pg';

import { UnusableStorageError } from '../storage.ts';
import type { StorageLog } from '../storage-log.ts';
import { connectTo } from './connection.ts';
import { openingFailure } from './driver-errors.ts';

const FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));
/** Which migrations were applied to a schema is noted in it. */
const TABLE = 'veche_migrations';
const OLDEST_VERSION = 14;
/** Names that need no quoting and leave room for what is made of them. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,47}$/;
/** Longest wait for another instance that migrates. */
const LOCK_TIMEOUT_MS = 60_000;

/** Where the schema is. */
export interface MigrateOptions {
  /** Past any pooler. */
  readonly url: string;
  readonly schema: string;
  readonly log: StorageLog;
}

/** `up` applies what is missing, `down` takes the latest one back with all data in it, `status` changes nothing. */
export type MigrateDirection = 'up' | 'down' | 'status';

/** One migration, in the order in which they are applied. */
export interface MigrationStatus {
  readonly name: string;
  readonly isApplied: boolean;
}

/**
 * Migrates, or only looks. Any number of instances may do so at once: one works, the others wait.
 * @returns every migration of this program, as it is afterwards.
 * @throws UnusableStorageError for a schema that this program cannot work with, StorageUnavailableError if PostgreSQL does not answer
 */
export async function migratePostgres(
  { url, schema, log }: MigrateOptions,
  direction: MigrateDirection,
): Promise<readonly MigrationStatus[]> {
  try {
    const client = await connectTo(url);
    try {
      return await migrate(client, { schema, log }, direction);
    } finally {
      await client.end();
    }
  } catch (error) {
    throw openingFailure(error);
  }
}

/** Migrates on a connection that is there. @throws as the driver does, too */
export async function migrate(
  client: Client,
  { schema, log }: Pick<MigrateOptions, 'schema' | 'log'>,
  direction: MigrateDirection,
): Promise<readonly MigrationStatus[]> {
  if (!SCHEMA_NAME.test(schema)) {
    throw new UnusableStorageError('a schema has up to 48 of the characters a-z, 0-9 and _, and no digit first');
  }
  await checkServer(client);
  const names = await ownMigrations();
  const status = (applied: number): MigrationStatus[] =>
    names.map((name, index) => ({ name, isApplied: index < applied }));

  const before = await appliedOf(client, schema, names);
  const isDone = direction === 'up' ? before === names.length : before === 0;
  if (direction === 'status' || isDone) return status(before);

  return underLock(client, schema, async () => {
    await checkRights(client, schema);
    // Another instance may have been at work until now.
    const applied = await appliedOf(client, schema, names);
    const count = direction === 'up' ? names.length - applied : Math.min(1, applied);
    if (count === 0) return status(applied);
    await run(client, schema, direction, count, log);
    return status(direction === 'up' ? applied + count : applied - count);
  });
}

/** Does what one instance may do at a time. The connection, which may go on to another use, is as before then. */
async function underLock<T>(client: Client, schema: string, work: () => Promise<T>): Promise<T> {
  const lock = [`${TABLE} ${schema}`];
  await client.query("SELECT set_config('lock_timeout', $1, false)", [String(LOCK_TIMEOUT_MS)]);
  await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', lock);
  try {
    return await work();
  } finally {
    await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', lock);
    await client.query('RESET ALL');
  }
}

async function run(client: Client, schema: string, direction: 'up' | 'down', count: number, log: StorageLog) {
  // Most starts have nothing to migrate and need none of this.
  const { runner } = await import('node-pg-migrate');
  const said = { info() {}, warn: (text: string) => log.warn({}, text), error: (text: string) => log.error({}, text) };
  await runner({
    dbClient: client,
    dir: FOLDER,
    direction,
    count,
    schema,
    createSchema: !(await hasSchema(client, schema)),
    migrationsTable: TABLE,
    singleTransaction: true,
    // The lock is held already: what was decided before must be decided under it.
    noLock: true,
    logger: said,
  });
  log.info({ schema, direction, migrations: count }, 'the schema was migrated');
}

/** The names of the migrations of this program, in their order. */
async function ownMigrations(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .toSorted();
}

/** How many of our migrations a schema has. @throws UnusableStorageError if it has others */
async function appliedOf(client: Client, schema: string, names: readonly string[]): Promise<number> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`,
    [schema],
  );
  if (tables.length === 0) return 0;
  if (!tables.some(({ name }) => name === TABLE)) {
    throw new UnusableStorageError(
      `the schema "${schema}" has tables of another program; name one that is empty or new`,
    );
  }
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM "${schema}".${TABLE} ORDER BY run_on, id`);
  const applied = rows.map(({ name }) => name).toSorted();
  const isOurs = applied.every((name, index) => names[index] === name || index >= names.length);
  if (!isOurs) throw new UnusableStorageError(`the schema "${schema}" was migrated by another program`);
  if (applied.length > names.length) {
    throw new UnusableStorageError(
      `the schema "${schema}" is newer than this program; start its version or a later one`,
    );
  }
  return applied.length;
}

async function checkServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS version,
      current_setting('server_encoding') AS encoding`,
  );
  const { version = 0, encoding = '' } = rows[0] ?? {};
  if (version < OLDEST_VERSION) {
    throw new UnusableStorageError(`PostgreSQL ${version} is too old: it takes ${OLDEST_VERSION} or later`);
  }
  if (encoding !== 'UTF8') throw new UnusableStorageError(`the database is encoded in ${encoding}: it takes UTF8`);
}

async function checkRights(client: Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(
    `SELECT coalesce(
      (SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = $1),
      has_database_privilege(current_database(), 'CREATE')
    ) AS may`,
    [schema],
  );
  if (rows[0]?.may !== true) {
    throw new UnusableStorageError(`this user of PostgreSQL may not create what belongs into the schema "${schema}"`);
  }
}

async function hasSchema(client: Client, schema: string): Promise<boolean> {
  const { rows } = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  return rows.length > 0;
}

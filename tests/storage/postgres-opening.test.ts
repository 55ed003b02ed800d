/** Opening the storage on PostgreSQL: migrations, and every server or schema that it must not work with. */

import { readdir } from 'node:fs/promises';

import { afterAll, describe, expect, test } from 'vitest';

import { migratePostgres } from '../../src/storage/postgres/migrate.ts';
import { openPostgresStorage } from '../../src/storage/postgres/open-postgres-storage.ts';
import { StorageUnavailableError, UnusableStorageError } from '../../src/storage/storage.ts';
import { PostgresSchemas } from '../support/postgres-schemas.ts';
import { startOwnPostgres } from '../support/servers/postgres-server.ts';
import { freePorts } from '../support/servers/free-ports.ts';

const server = await startOwnPostgres();
const schemas = await PostgresSchemas.connect(server.url);

afterAll(async () => {
  await schemas.close();
  await server.close();
});

/** Opens and closes; what matters is whether it can. */
async function open(schema: string, url = server.url, directUrl?: string): Promise<void> {
  const storage = await openPostgresStorage({ ...schemas.options(schema), url, directUrl });
  await storage.ping();
  await storage.close();
}

/** The server's address for another user or database. */
function urlWith(parts: {
  readonly username?: string;
  readonly password?: string;
  readonly pathname?: string;
}): string {
  return Object.assign(new URL(server.url), parts).href;
}

function guarded(password: string): string {
  return urlWith({ username: 'guarded', password });
}

describe('migrations', () => {
  test('are applied by up, taken back one by one by down, and told by status', async () => {
    const options = schemas.options(schemas.newName());
    const count = (await readdir('src/storage/postgres/migrations')).length;
    const applied = async (direction: 'up' | 'down' | 'status'): Promise<number> => {
      const status = await migratePostgres(options, direction);
      expect(status).toHaveLength(count);
      const number = status.filter(({ isApplied }) => isApplied).length;
      expect(status.slice(0, number).every(({ isApplied }) => isApplied)).toBe(true);
      return number;
    };
    expect(await applied('status')).toBe(0);
    expect(await applied('down')).toBe(0);
    expect(await applied('up')).toBe(count);
    expect(await applied('up')).toBe(count);
    for (let left = count - 1; left >= 0; left--) expect(await applied('down')).toBe(left);
    expect(await applied('status')).toBe(0);
    const rest = await schemas.run(
      `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = '${options.schema}'::regnamespace`,
    );
    expect(rest).toEqual([{ relname: 'veche_migrations' }]);
    expect(await applied('up')).toBe(count);
    await open(options.schema);
  });

  test('a schema that is only looked at is not made', async () => {
    const schema = schemas.newName();
    await migratePostgres(schemas.options(schema), 'status');
    expect(await schemas.run(`SELECT FROM pg_namespace WHERE nspname = '${schema}'`)).toEqual([]);
  });

  test('many instances that open an empty database at once all can, and share what they store', async () => {
    const options = schemas.options(schemas.newName());
    const handles = await Promise.all(Array.from({ length: 4 }, () => openPostgresStorage(options)));
    const keys = new Set(handles.map(({ pageTokenKey }) => Buffer.from(pageTokenKey).toString('hex')));
    expect(keys.size).toBe(1);
    const user = { userId: '00000000-0000-4000-8000-000000000001', displayName: 'Ann' };
    await handles[0]?.createSession({ user, tokenHash: new Uint8Array(32), ttlMs: 60_000, maxUsers: 0, now: 1_000 });
    for (const handle of handles) expect(await handle.getStats({ now: 1_000 })).toMatchObject({ users: 1 });
    await Promise.all(handles.map((handle) => handle.close()));
  });

  test('travel with the built package', async () => {
    const built = await readdir('dist/storage/postgres/migrations');
    expect(built).toEqual(await readdir('src/storage/postgres/migrations'));
  });

  test('data stay when the storage is opened again', async () => {
    const schema = schemas.newName();
    const first = await openPostgresStorage(schemas.options(schema));
    const { pageTokenKey } = first;
    await first.close();
    const second = await openPostgresStorage(schemas.options(schema));
    expect(second.pageTokenKey).toEqual(pageTokenKey);
    await second.close();
  });
});

describe('a storage that cannot be used', () => {
  test('a schema newer than this program is refused, and left as it is', async () => {
    const schema = schemas.newName();
    await open(schema);
    await schemas.run(`INSERT INTO ${schema}.veche_migrations (name, run_on) VALUES ('0099_later', now())`);
    for (const direction of ['up', 'down', 'status'] as const) {
      await expect(migratePostgres(schemas.options(schema), direction)).rejects.toThrow(/newer than this program/);
    }
    await expect(open(schema)).rejects.toThrow(UnusableStorageError);
  });

  test('a schema with tables of another program is refused, and left as it is', async () => {
    const schema = schemas.newName();
    await schemas.run(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.chats (id integer)`);
    await expect(open(schema)).rejects.toThrow(UnusableStorageError);
    await expect(open(schema)).rejects.toThrow(/tables of another program/);
    expect(await schemas.run(`SELECT relname FROM pg_class WHERE relnamespace = '${schema}'::regnamespace`)).toEqual([
      { relname: 'chats' },
    ]);
  });

  test('a schema that another program migrated is refused', async () => {
    const schema = schemas.newName();
    await open(schema);
    await schemas.run(`UPDATE ${schema}.veche_migrations SET name = '0001_theirs' WHERE name LIKE '0001%'`);
    await expect(open(schema)).rejects.toThrow(UnusableStorageError);
  });

  test.each(['', 'Veche', 'a-b', '1st', 'a"; DROP SCHEMA public; --', 'x'.repeat(49)])(
    'a schema cannot be named %j',
    async (schema) => {
      await expect(open(schema)).rejects.toThrow(UnusableStorageError);
    },
  );

  test('a database that does not exist and a user who does not are refused', async () => {
    await expect(open('veche', urlWith({ pathname: '/nowhere' }))).rejects.toThrow(UnusableStorageError);
    await expect(open('veche', urlWith({ username: 'nobody' }))).rejects.toThrow(UnusableStorageError);
  });

  test('a user without the right to create is refused, unless everything is there', async () => {
    const schema = schemas.newName();
    await schemas.run(`CREATE ROLE pauper LOGIN`);
    await expect(open(schema, urlWith({ username: 'pauper' }))).rejects.toThrow(/may not create/);
    await open(schema);
    await expect(open(schema, urlWith({ username: 'pauper' }))).rejects.toThrow(UnusableStorageError);
    await schemas.run(`GRANT USAGE ON SCHEMA ${schema} TO pauper;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO pauper`);
    await open(schema, urlWith({ username: 'pauper' }));
  });

  test('a wrong password and a missing one are refused', async () => {
    const schema = schemas.newName();
    await open(schema);
    await schemas.run(`CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'right'`);
    const [line] = await schemas.run('SHOW hba_file');
    await schemas.run(`COPY (VALUES ('host all guarded all scram-sha-256'), ('host all all all trust'))
      TO '${String(line?.['hba_file'])}'; SELECT pg_reload_conf()`);
    // The server reads its new rules when it gets to it.
    while (await canOpen(schema, guarded('wrong')));
    await expect(open(schema, guarded('wrong'))).rejects.toThrow(UnusableStorageError);
    await expect(open(schema, guarded(''))).rejects.toThrow(UnusableStorageError);
    await expect(open(schema, guarded('wrong'), server.url)).rejects.toThrow(UnusableStorageError);
    await open(schema, guarded('right'));
    await open(schema, guarded('right'), server.url);
  });

  test('addresses that lead to different data are refused, and both are left as they are', async () => {
    const schema = schemas.newName();
    await schemas.run('CREATE DATABASE elsewhere');
    const elsewhere = urlWith({ pathname: '/elsewhere' });
    await expect(open(schema, elsewhere, server.url)).rejects.toThrow(UnusableStorageError);
    await open(schema, elsewhere);
    await expect(open(schema, elsewhere, server.url)).rejects.toThrow(/different data/);
    await open(schema);
    await open(schema, elsewhere);
  });

  test('a server that is not there is unavailable: it may come', async () => {
    const [port] = await freePorts(1);
    await expect(open('veche', `postgres://veche@127.0.0.1:${port}/postgres`)).rejects.toThrow(StorageUnavailableError);
  });
});

async function canOpen(schema: string, url: string): Promise<boolean> {
  return open(schema, url).then(
    () => true,
    () => false,
  );
}

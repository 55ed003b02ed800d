/** PostgreSQL for tests: the one named by TEST_POSTGRES_URL, or a server of their own. */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { pgbouncerProgram, postgresPrograms } from './programs.ts';
import { freePorts, temporaryFolder, TemporaryServer, unprivileged } from './temporary-server.ts';

/** A running PostgreSQL; its user may create schemas. */
export interface TestPostgres {
  readonly url: string;
  close(): Promise<void>;
}

/** Nothing of a test's data has to outlive the machine. A test about crashes says otherwise. */
const CARELESS = { fsync: 'off', synchronous_commit: 'on', full_page_writes: 'off' };

/** PostgreSQL as the machine of the tests offers it. */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env['TEST_POSTGRES_URL'];
  return given === undefined || given === '' ? startOwnPostgres() : { url: given, close: async () => {} };
}

/** A server of the test's own, which it may kill. @param options as in its configuration. */
export async function startOwnPostgres(
  options: Readonly<Record<string, string>> = {},
): Promise<TestPostgres & { readonly server: TemporaryServer; readonly port: number }> {
  const programs = postgresPrograms();
  const [port = 0] = await freePorts(1);
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'veche', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    { ...unprivileged(), cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const settings = { ...CARELESS, max_connections: '200', unix_socket_directories: folder, ...options };
  const url = `postgres://veche@127.0.0.1:${port}/postgres`;
  const server = new TemporaryServer(
    {
      command: join(programs, 'postgres'),
      args: ['-D', data, '-h', '127.0.0.1', '-p', String(port), ...flags(settings)],
      probe: () => ping(url),
    },
    folder,
  );
  await server.start();
  return { url, port, server, close: () => server.remove() };
}

/** PgBouncer in transaction mode before a server: each transaction may run on another of its few connections. */
export async function startPgbouncer({ port: serverPort }: { readonly port: number }): Promise<TestPostgres> {
  const [port = 0] = await freePorts(1);
  const folder = temporaryFolder();
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
* = host=127.0.0.1 port=${serverPort} user=veche
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
`,
  );
  const url = `postgres://veche@127.0.0.1:${port}/postgres`;
  const server = new TemporaryServer({ command: pgbouncerProgram(), args: [file], probe: () => ping(url) }, folder);
  await server.start();
  return { url, close: () => server.remove() };
}

function flags(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function ping(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await client.end();
}

/** PostgreSQL for tests: the one named by TEST_POSTGRES_URL, or a server of their own. */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePorts } from './free-ports.ts';
import { GuardedFolder, unprivileged } from './guarded-folder.ts';
import { pgbouncerProgram, postgresPrograms } from './programs.ts';
import { TemporaryServer } from './temporary-server.ts';

/** A running PostgreSQL; its user may create schemas. */
export interface TestPostgres {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Nothing of a test's data has to outlive the machine. A test about crashes says otherwise. */
const CARELESS = {
  fsync: 'off',
  synchronous_commit: 'on',
  full_page_writes: 'off',
  dynamic_shared_memory_type: 'mmap',
};

/** PostgreSQL as the machine of the tests offers it. */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env['TEST_POSTGRES_URL'];
  return given === undefined || given === '' ? startOwnPostgres() : { url: given, close: async () => {} };
}

/**
 * A server of the test's own, which it may kill.
 * @param options as in its configuration. @param programs the folder of `initdb` and `postgres`.
 */
export async function startOwnPostgres(
  options: Readonly<Record<string, string>> = {},
  programs = postgresPrograms(),
): Promise<TestPostgres & { readonly server: TemporaryServer; readonly port: number }> {
  const [port = 0] = await freePorts(1);
  // Killed outright, it would leave memory behind that it shares with its children.
  const folder = new GuardedFolder('QUIT');
  const data = join(folder.path, 'data');
  try {
    initialise(join(programs, 'initdb'), folder.path, data);
  } catch (error) {
    folder.remove();
    throw error;
  }
  const settings = { ...CARELESS, max_connections: '200', unix_socket_directories: folder.path, ...options };
  const url = `postgres://veche@127.0.0.1:${port}/postgres`;
  const server = new TemporaryServer(
    {
      command: join(programs, 'postgres'),
      args: ['-D', data, '-h', '127.0.0.1', '-p', String(port), ...flags(settings)],
      probe: () => ping(url),
      endSignal: 'SIGQUIT',
    },
    folder,
  );
  await server.start();
  return { url, port, server, close: () => server.remove() };
}

/** PgBouncer in transaction mode before a server: each transaction may run on another of its few connections. */
export async function startPgbouncer({ port: serverPort }: { readonly port: number }): Promise<TestPostgres> {
  const [port = 0] = await freePorts(1);
  const folder = new GuardedFolder('KILL');
  const file = join(folder.path, 'pgbouncer.ini');
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
  const program = { command: pgbouncerProgram(), args: [file], probe: () => ping(url), endSignal: 'SIGKILL' } as const;
  const server = new TemporaryServer(program, folder);
  await server.start();
  return { url, close: () => server.remove() };
}

function initialise(initdb: string, folder: string, data: string): void {
  execFileSync(
    initdb,
    ['-D', data, '-U', 'veche', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    { ...unprivileged(), cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
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

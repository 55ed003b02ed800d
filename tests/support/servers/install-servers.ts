/** Before the tests that need them: has the servers that this machine lacks installed, once, where that needs nobody's leave. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { haproxyProgram, pgbouncerProgram, redisServerProgram } from './programs.ts';

const APT = '/usr/bin/apt-get';
/** Several minutes: the lists of packages may have to be fetched first. */
const INSTALL_TIMEOUT_MS = 300_000;

/** As root on Debian and its kin, Redis, PgBouncer and HAProxy are installed; everywhere else the tests say what they need. */
export function setup(): void {
  const missing = [
    ...(isThere(redisServerProgram) || process.env['TEST_REDIS_URL'] ? [] : ['redis-server']),
    ...(isThere(pgbouncerProgram) ? [] : ['pgbouncer']),
    ...(isThere(haproxyProgram) ? [] : ['haproxy']),
  ];
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync(APT)) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args: string[]): void => {
    execFileSync(APT, ['-qq', ...args], { env, stdio: 'ignore', timeout: INSTALL_TIMEOUT_MS });
  };
  try {
    run('update');
    run('install', '-y', '--no-install-recommends', ...missing);
  } catch {
    // What is missing is told by the first test that needs it.
  }
}

function isThere(find: () => string): boolean {
  try {
    find();
    return true;
  } catch {
    return false;
  }
}

/** The servers that tests run: found or asked for, gone afterwards. */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { treeOf } from '../support/servers/process-tree.ts';
import { packagedPostgres, postgresPrograms, redisServerProgram } from '../support/servers/programs.ts';
import { startOwnPostgres, startPostgres } from '../support/servers/postgres-server.ts';
import { startOwnRedis, startRedis, startRedisCluster } from '../support/servers/redis-server.ts';

const LONG_MS = 60_000;

/** A process that starts servers, says which, and does not end by itself. */
const RUNNER = `
  const { startOwnPostgres } = await import(${JSON.stringify(moduleUrl('postgres-server.ts'))});
  const { startOwnRedis } = await import(${JSON.stringify(moduleUrl('redis-server.ts'))});
  const running = await Promise.all([startOwnRedis(), startOwnPostgres()]);
  console.log(JSON.stringify(running.map(({ server: { pid, folder } }) => ({ pid, folder }))));
  setInterval(() => {}, 1_000);
`;

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0)) await close();
});

function moduleUrl(name: string): string {
  return new URL(`../support/servers/${name}`, import.meta.url).href;
}

/** One letter for each process: T for one that stands still. */
function statesOf(pids: readonly number[]): string {
  const states = execFileSync('ps', ['-o', 'stat=', '-p', pids.join()], { encoding: 'utf8' });
  return states.replaceAll(/^(.).*\n/gm, '$1');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function ask(url: string, query: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: query, rowMode: 'array' })).rows.flat()[0];
  } finally {
    await client.end();
  }
}

describe('a server that is given', () => {
  test('is used as it is', async () => {
    vi.stubEnv('TEST_REDIS_URL', 'redis://elsewhere');
    vi.stubEnv('TEST_POSTGRES_URL', 'postgres://elsewhere/tests');
    expect((await startRedis()).url).toBe('redis://elsewhere');
    expect((await startPostgres()).url).toBe('postgres://elsewhere/tests');
  });
});

describe('a machine without a server', () => {
  test('is told in one line what to install', () => {
    vi.stubEnv('PATH', '');
    expect(redisServerProgram).toThrow(/^these tests need Redis 7 .*: install redis-server .*, or set TEST_REDIS_URL$/);
    expect(() => postgresPrograms([])).toThrow(/^these tests need PostgreSQL 14 .*, or set TEST_POSTGRES_URL$/);
  });

  test('uses PostgreSQL from its npm package, also as root', { timeout: LONG_MS }, async () => {
    const { url, close } = await startOwnPostgres({}, postgresPrograms(packagedPostgres()));
    closing.push(close);
    expect(await ask(url, 'show server_version')).toMatch(/^18\./);
  });
});

describe("a server of the test's own", () => {
  test('keeps its data when it is killed, and can be started again', { timeout: LONG_MS }, async () => {
    const { url, server, close } = await startOwnPostgres({ fsync: 'on' });
    closing.push(close);
    await ask(url, 'create table kept as select 7 as seven');
    await server.kill();
    await expect(ask(url, 'select 1')).rejects.toThrow('ECONNREFUSED');
    await server.start();
    expect(await ask(url, 'select seven from kept')).toBe(7);
  });

  test('stands still while it is frozen, with all that it has started', { timeout: LONG_MS }, async () => {
    const { url, server, close } = await startOwnPostgres();
    closing.push(close);
    const client = new Client({ connectionString: url });
    await client.connect();
    const tree = treeOf(server.pid!);
    expect(tree.length).toBeGreaterThan(2);
    server.freeze();
    await vi.waitFor(() => expect(statesOf(tree)).toBe('T'.repeat(tree.length)), LONG_MS);
    const answer = client.query('select 1');
    server.thaw();
    await answer;
    await client.end();
  });

  test('is removed with its folder', { timeout: LONG_MS }, async () => {
    const { server, close } = await startOwnRedis();
    const { pid, folder } = server;
    expect(existsSync(folder)).toBe(true);
    await close();
    expect(isAlive(pid!)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  test('may be three that are one', { timeout: LONG_MS }, async () => {
    const { url, close } = await startRedisCluster();
    closing.push(close);
    expect(url.split(',')).toHaveLength(3);
  });
});

test.each([
  ['is killed', (runner: ChildProcess) => runner.kill('SIGKILL')],
  ['is told to end by Ctrl+C', (runner: ChildProcess) => process.kill(-runner.pid!, 'SIGINT')],
])('servers are gone, and their folders, when whoever runs the tests %s', { timeout: LONG_MS }, async (_how, end) => {
  const runner = spawn(process.execPath, ['--input-type=module', '--eval', RUNNER], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const [line] = (await once(createInterface(runner.stdout), 'line')) as [string];
  const servers = JSON.parse(line) as readonly { readonly pid: number; readonly folder: string }[];
  const pids = servers.flatMap(({ pid }) => treeOf(pid));
  expect(pids.length).toBeGreaterThan(3);
  end(runner);
  await once(runner, 'exit');
  await vi.waitFor(() => {
    expect(pids.filter(isAlive)).toStrictEqual([]);
    expect(servers.filter(({ folder }) => existsSync(folder))).toStrictEqual([]);
  }, LONG_MS);
});

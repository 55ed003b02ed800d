/** A start on a storage that is a server of its own, and what is said where it cannot be used. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startOwnPostgres } from '../support/servers/postgres-server.ts';
import { startOwnRedis } from '../support/servers/redis-server.ts';
import { VecheProcess } from '../support/veche-process.ts';

const PASSWORD = 's3cret';

let redis: Awaited<ReturnType<typeof startOwnRedis>>;
let postgres: Awaited<ReturnType<typeof startOwnPostgres>>;
const running: VecheProcess[] = [];

beforeAll(async () => {
  [redis, postgres] = await Promise.all([startOwnRedis(), startOwnPostgres()]);
  await Promise.all([demandPasswordOfRedis(), demandPasswordOfPostgres()]);
});
afterAll(async () => {
  await Promise.all([redis?.close(), postgres?.close()]);
});
afterEach(async () => {
  for (const veche of running.splice(0)) await veche.kill();
});

async function demandPasswordOfRedis(): Promise<void> {
  const client = createClient({ url: redis.url });
  await client.connect();
  await client.configSet('requirepass', PASSWORD);
  client.destroy();
}

/** There is a user who has to say one. */
async function demandPasswordOfPostgres(): Promise<void> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`create role guest login password '${PASSWORD}'`);
  await client.query('grant create on database postgres to guest');
  const rules = join(postgres.server.folder, 'data', 'pg_hba.conf');
  writeFileSync(rules, `host all guest all scram-sha-256\n${readFileSync(rules, 'utf8')}`);
  await client.query('select pg_reload_conf()');
  await client.end();
}

function urlOf(storage: 'redis' | 'postgres', password: string): string {
  return storage === 'redis'
    ? `redis://:${password}@127.0.0.1:${redis.port}`
    : `postgres://guest:${password}@127.0.0.1:${postgres.port}/postgres`;
}

function run(args: readonly string[], env: Readonly<Record<string, string>>): VecheProcess {
  const veche = new VecheProcess(args, { env });
  running.push(veche);
  return veche;
}

function envOf(storage: 'redis' | 'postgres', password: string): Record<string, string> {
  return { VECHE_STORAGE: storage, [`VECHE_${storage.toUpperCase()}_URL`]: urlOf(storage, password) };
}

describe.each(['redis', 'postgres'] as const)('on %s', (storage) => {
  test('says that it listens, and where it keeps everything', async () => {
    const veche = run(['serve', '--port', '0'], envOf(storage, PASSWORD));
    expect(await veche.line('listening')).toMatchObject({ storage });
    expect(veche.output + veche.errors).not.toContain(PASSWORD);
    veche.signal('SIGTERM');
    expect(await veche.exitCode).toBe(0);
  });

  test('with a wrong password fails at once, with a line that says so and does not show it', async () => {
    const veche = run(['serve', '--port', '0'], envOf(storage, 'wr0ng'));
    expect(await veche.exitCode).toBe(1);
    const lines = veche.lines.filter(({ level }) => level === 'error');
    expect(lines).toStrictEqual([
      { level: 'error', time: expect.any(String), msg: expect.stringMatching(/^cannot start: .*password/i) },
    ]);
    expect(veche.output + veche.errors).not.toContain('wr0ng');
  });

  test('that is not there is tried again, with a line each time, until told to stop', async () => {
    const env = { VECHE_STORAGE: storage, [`VECHE_${storage.toUpperCase()}_URL`]: `${storage}://:wr0ng@127.0.0.1:1/` };
    const veche = run(['serve', '--port', '0'], env);
    expect(await veche.line('the storage cannot be reached yet')).toMatchObject({ level: 'warn', attempt: 1 });
    veche.signal('SIGTERM');
    expect(await veche.exitCode).toBe(0);
    expect(veche.output + veche.errors).not.toContain('wr0ng');
  });
});

describe('veche migrate', () => {
  const settings = ['--storage', 'postgres', '--postgres-schema', 'migrated'];
  const migrate = async (direction: string, password = PASSWORD): Promise<{ code: number; said: VecheProcess }> => {
    const said = run(['migrate', direction, ...settings], envOf('postgres', password));
    return { code: await said.exitCode, said };
  };

  test('brings the schema up, tells how it is, and takes a step back', { timeout: 120_000 }, async () => {
    const before = await migrate('status');
    expect(before.code).toBe(0);
    expect(before.said.output).toMatch(/^(?:missing {2}\d{4}_\S+\n)+$/);

    const up = await migrate('up');
    expect(up.code).toBe(0);
    expect(up.said.output).toBe(before.said.output.replaceAll('missing', 'applied'));
    expect((await migrate('up')).said.output).toBe(up.said.output);

    const down = await migrate('down');
    expect(down.code).toBe(0);
    expect(down.said.output).toBe(up.said.output.replace(/applied(.*\n)$/, 'missing$1'));
    expect((await migrate('status')).said.output).toBe(down.said.output);
  });

  test('says what is wrong, without the password, with exit code 1', async () => {
    const { code, said } = await migrate('status', 'wr0ng');
    expect(code).toBe(1);
    expect(said.errors).toMatch(/^veche: cannot migrate: .*password.*\n$/i);
    expect(said.errors).not.toContain('wr0ng');
  });
});

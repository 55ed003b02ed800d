/** What shared storages get to see of tokens: their hashes, and nothing by which anybody could call. */

import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { HttpPerson } from '../support/http-person.ts';
import { PostgresSchemas } from '../support/postgres-schemas.ts';
import { startPostgres } from '../support/servers/postgres-server.ts';
import { startOwnRedis } from '../support/servers/redis-server.ts';
import { startTestApp } from '../support/test-app.ts';

const PREFIX = 'veche_';

const redis = await startOwnRedis({ rdbcompression: 'no' });
const postgres = await startPostgres();
const schemas = await PostgresSchemas.connect(postgres.url);

afterAll(async () => {
  await schemas.close();
  await Promise.all([redis.close(), postgres.close()]);
});

/** A user of a server on this storage, who has done this and that, over both APIs alike. @returns their token */
async function tokenUsedOn(config: Partial<Config>, whileOpen: () => Promise<void>): Promise<string> {
  const app = await startTestApp({ config });
  const anna = await HttpPerson.enter(app.port);
  const { id } = await anna.openChat();
  await anna.post(id, 'Слово');
  for (const path of ['session', 'unread', `chats/${id}/messages`]) {
    const headers = { authorization: `Bearer ${anna.token}` };
    expect((await fetch(`http://127.0.0.1:${app.port}/v1/${path}`, { headers })).status).toBe(200);
  }
  await whileOpen();
  await app.close();
  expect(app.fullLogLines.join('\n')).not.toContain(anna.token.slice(PREFIX.length));
  return anna.token;
}

/** Bytes in every form in which they might be written. */
function formsOf(bytes: Buffer): readonly string[] {
  return (['latin1', 'hex', 'base64', 'base64url'] as const).map((encoding) => bytes.toString(encoding));
}

/** In which forms a token, or the secret in it, and in which forms its hash is in what was seen. */
function foundIn(
  seen: string,
  token: string,
): { readonly secret: readonly string[]; readonly hash: readonly string[] } {
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
  const secrets = [Buffer.from(token), Buffer.from(token.slice(PREFIX.length)), bytes, bytes.subarray(16)];
  const found = (forms: readonly string[]): readonly string[] => forms.filter((form) => seen.includes(form));
  return { secret: found(secrets.flatMap(formsOf)), hash: found(formsOf(createHash('sha256').update(token).digest())) };
}

test('Redis is told and keeps nothing of a token but its hash', async () => {
  const watcher = createClient({ url: redis.url });
  await watcher.connect();
  const commands: string[] = [];
  await watcher.monitor((line) => commands.push(line));
  const config = {
    storage: 'redis',
    redis: { urls: [redis.url], prefix: randomUUID(), allowEviction: false },
  } as const;
  const token = await tokenUsedOn(config, async () => {
    const client = createClient({ url: redis.url });
    await client.connect();
    await client.sendCommand(['SAVE']);
    client.destroy();
  });
  watcher.destroy();
  const kept = await readFile(join(redis.server.folder, 'dump.rdb'), 'latin1');
  for (const seen of [commands.join('\n'), kept]) {
    const { secret, hash } = foundIn(seen, token);
    expect(secret).toEqual([]);
    expect(hash).not.toEqual([]);
  }
});

test('PostgreSQL keeps nothing of a token but its hash', async () => {
  const schema = schemas.newName();
  const settings = { url: postgres.url, directUrl: undefined, schema, poolSize: 2, preparedStatements: true };
  let kept = '';
  const token = await tokenUsedOn({ storage: 'postgres', postgres: settings }, async () => {
    const tables = await schemas.run(`SELECT relname FROM pg_class
      WHERE relkind IN ('r', 'p') AND relnamespace = '${schema}'::regnamespace`);
    for (const { relname } of tables as readonly { relname: string }[]) {
      kept += JSON.stringify(await schemas.run(`SELECT t::text FROM ${schema}."${relname}" AS t`));
    }
  });
  const { secret, hash } = foundIn(kept, token);
  expect(secret).toEqual([]);
  expect(hash).not.toEqual([]);
});

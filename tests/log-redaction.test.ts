/** What the log holds at its most talkative, through both APIs, when all is well and when the storage fails: no secret. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { createClient } from 'redis';
import { afterEach, describe, expect, test } from 'vitest';
import { startApp, type App } from '../src/app.ts';
import type { Config } from '../src/config/config.ts';
import * as Http from '../src/gen/http/index.ts';
import { MessageService } from '../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../src/gen/veche/v1/session_pb.js';
import { createLogger } from '../src/observability/logger.ts';
import { testConfig } from './support/test-config.ts';
import { GrpcClient } from './support/grpc-client.ts';
import { failure } from './support/grpc-error.ts';
import { HttpPerson, httpClient } from './support/http-person.ts';
import { Person } from './support/person.ts';
import { startOwnPostgres } from './support/servers/postgres-server.ts';
import { startOwnRedis } from './support/servers/redis-server.ts';

const NAME = 'Mallory Geheim';
const TITLE = 'a geheim title';
const TEXT = 'a geheim text';
const MESSAGE_ID = 'geheim-1';
const PASSWORD = 'geheim-too';
const FORGED = `veche_${'g'.repeat(64)}`;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

type Broken = { readonly config: Partial<Config>; readonly break: () => Promise<void> };

/** A storage in a server of its own, and what makes every post to it fail with all that the driver knows. */
const STORAGES: readonly (readonly [name: string, start: () => Promise<Broken>])[] = [
  [
    'Redis',
    async () => {
      const redis = await startOwnRedis();
      const admin = createClient({ url: redis.url });
      await admin.connect();
      endings.push(redis.close, () => admin.destroy());
      await admin.aclSetUser('veche', ['on', `>${PASSWORD}`, 'allkeys', 'allchannels', 'allcommands']);
      const urls = [redis.url.replace('redis://', `redis://veche:${PASSWORD}@`)];
      return {
        config: { storage: 'redis', redis: { urls, prefix: 'test', allowEviction: false } },
        break: async () => void (await admin.aclSetUser('veche', ['-evalsha', '-eval'])),
      };
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const postgres = await startOwnPostgres();
      const admin = new Client({ connectionString: postgres.url });
      await admin.connect();
      endings.push(postgres.close, () => admin.end());
      await admin.query(`CREATE ROLE guest SUPERUSER LOGIN PASSWORD '${PASSWORD}'`);
      const rules = join(postgres.server.folder, 'data', 'pg_hba.conf');
      writeFileSync(rules, `host all guest all scram-sha-256\n${readFileSync(rules, 'utf8')}`);
      await admin.query('SELECT pg_reload_conf()');
      const url = `postgres://guest:${PASSWORD}@127.0.0.1:${postgres.port}/postgres`;
      const schema = 'test';
      return {
        config: {
          storage: 'postgres',
          postgres: { url, directUrl: undefined, schema, poolSize: 5, preparedStatements: true },
        },
        // The text is in the message of one error, and in the detail of the other.
        break: async () => {
          await admin.query(`ALTER TABLE ${schema}.messages ADD CHECK (text NOT LIKE '%geheim%') NOT VALID`);
          await admin.query(`
            CREATE FUNCTION ${schema}.complain() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN IF NEW.display_name LIKE ''%Geheim'' THEN PERFORM NEW.text::int; END IF; RETURN NEW; END'`);
          await admin.query(`
            CREATE TRIGGER complain BEFORE INSERT ON ${schema}.messages
            FOR EACH ROW EXECUTE FUNCTION ${schema}.complain()`);
        },
      };
    },
  ],
];

async function serve(config: Partial<Config>): Promise<App & { readonly log: readonly string[] }> {
  const log: string[] = [];
  const full = testConfig({ logLevel: 'debug', ...config });
  const app = await startApp(full, { log: createLogger(full, { write: (line) => log.push(line) }) });
  endings.push(() => app.close());
  return Object.assign(app, { log });
}

function expectNoSecret(log: readonly string[], tokens: readonly string[]): void {
  const text = log.join('');
  for (const secret of [...tokens, FORGED, PASSWORD]) expect(text).not.toContain(secret);
  expect(text.toLowerCase()).not.toContain('geheim');
}

describe.each(STORAGES)('the log on %s', (_name, start) => {
  test('holds no secret, neither when all is well nor when posts fail, while it says which failed and why', async () => {
    const broken = await start();
    const app = await serve(broken.config);
    const { port } = app.address;
    const client = new GrpcClient(`127.0.0.1:${port}`);
    endings.push(() => client.close());

    const ann = await Person.enter(client, NAME);
    const cat = await Person.enter(client, 'Cat');
    const ben = await HttpPerson.enter(port, NAME);
    const { id: chatId } = await ann.openChat({ title: TITLE });
    const post = { chatId, text: TEXT, clientMessageId: MESSAGE_ID };
    const overHttp = (clientMessageId: string) =>
      Http.postMessage({ client: ben.client, path: { chatId }, body: { text: TEXT, clientMessageId } });
    await ann.call(MessageService.method.postMessage, post);
    expect((await overHttp(MESSAGE_ID)).response?.status).toBe(201);
    await client.call(SessionService.method.getSession, {}, { token: FORGED }).catch(() => {});
    await Http.getSession({ client: httpClient(port, FORGED) });
    await Http.postMessage({ client: ben.client, path: { chatId: TEXT }, body: { text: TEXT, [TEXT]: TEXT } as never });

    await broken.break();
    await failure(ann.post(chatId, TEXT));
    await failure(cat.post(chatId, TEXT));
    expect((await overHttp('geheim-2')).error).toBeDefined();
    await Promise.all([failure(ann.post(chatId, TEXT)), failure(cat.post(chatId, TEXT))]);

    const failed = app.log.filter((line) => line.includes('"call failed'));
    expect(failed.length).toBeGreaterThanOrEqual(3);
    for (const line of failed)
      expect(JSON.parse(line)).toMatchObject({ method: 'PostMessage', err: { type: expect.any(String) } });
    expectNoSecret(app.log, [ann.token, cat.token, ben.token]);
  });

  test('holds no password of a storage that is not reached or does not let the server in', async () => {
    const { config } = await start();
    const wrong = JSON.parse(JSON.stringify(config).replaceAll(PASSWORD, `${PASSWORD}-wrong`)) as Partial<Config>;
    const log: string[] = [];
    const logger = createLogger({ logLevel: 'debug', logFormat: 'json' }, { write: (line) => log.push(line) });
    const started = startApp(testConfig({ logLevel: 'debug', ...wrong }), { log: logger });
    const error: unknown = await started.catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(Error);
    logger.error({ err: error }, (error as Error).message);
    expectNoSecret(log, []);
  });
});

test('the log on memory holds no secret', async () => {
  const app = await serve({});
  const ben = await HttpPerson.enter(app.address.port, NAME);
  const { id: chatId } = await ben.openChat({ title: TITLE });
  await ben.post(chatId, TEXT);
  await Http.fetchUnread({ client: ben.client, path: { chatId }, body: {} });
  await app.close();
  expect(app.log.join('')).toContain('FetchUnread');
  expectNoSecret(app.log, [ben.token]);
});

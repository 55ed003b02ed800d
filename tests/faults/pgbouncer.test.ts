/** The storage on PostgreSQL past PgBouncer in transaction mode: named statements off, a direct address for what needs a connection of its own. */

import { afterAll, describe, expect, test } from 'vitest';

import { accepted, range, seqsOf } from '../../src/storage/conformance/answers.ts';
import { compareStorages } from '../../src/storage/conformance/compare-storages.ts';
import { Handle } from '../../src/storage/conformance/handle.ts';
import { MovedClock } from '../../src/storage/conformance/moved-clock.ts';
import { race } from '../../src/storage/conformance/race.ts';
import { idSource } from '../../src/storage/conformance/scene.ts';
import { watchOn } from '../../src/storage/conformance/watch-on.ts';
import { createMemoryData } from '../../src/storage/memory/memory-data.ts';
import { openMemoryStorage } from '../../src/storage/memory/open-memory-storage.ts';
import { openPostgresStorage } from '../../src/storage/postgres/open-postgres-storage.ts';
import { PostgresSchemas } from '../support/postgres-schemas.ts';
import { startOwnPostgres, startPgbouncer } from '../support/servers/postgres-server.ts';

const server = await startOwnPostgres();
const bouncer = await startPgbouncer(server);
const schemas = await PostgresSchemas.connect(server.url);

afterAll(async () => {
  await schemas.close();
  await bouncer.close();
  await server.close();
});

/** Handles on one fresh schema, more connections than PgBouncer has. */
async function open(count: number) {
  const options = { ...schemas.options(schemas.newName()), url: bouncer.url, directUrl: server.url };
  const open = () => openPostgresStorage({ ...options, preparedStatements: false });
  return Promise.all(Array.from({ length: count }, open));
}

describe('past PgBouncer in transaction mode', () => {
  for (const seed of range(201, 204)) {
    test(`the storage answers like memory (seed ${seed})`, async () => {
      const [storage] = await open(1);
      const memory = openMemoryStorage(createMemoryData());
      const outcomes = await compareStorages(memory, storage!, seed, 300, { sweepSecond: true });
      expect(outcomes).toHaveProperty(['postMessage: answered']);
      await storage!.close();
    });
  }

  test('calls of several handles at once share its few connections, limits are exact and watches are woken', async () => {
    const storages = await open(3);
    const newId = idSource('pgbouncer');
    const handles = storages.map((storage) => new Handle(storage, new MovedClock(), newId));
    const sessions = await race(handles, 60, (handle) => handle.createSession({ maxUsers: 20 }));
    expect(sessions.filter((session) => !('code' in session))).toHaveLength(20);
    const ann = await handles[0]!.newSession();
    const chat = await handles[1]!.newChat(ann);
    const watch = await watchOn(handles[2]!, { chatId: chat.id });
    const woken = watch.nextWake();
    await race(handles, 90, (handle) => accepted(handle.post(ann, chat, 'x')));
    await woken;
    expect(seqsOf((await accepted(handles[2]!.readMessages(chat))).messages)).toEqual(range(1, 90));
    watch.stop();
    await Promise.all(storages.map((storage) => storage.close()));
  });
});

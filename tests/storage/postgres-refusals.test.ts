/** What the server of the storage on PostgreSQL refuses: one post does not take others with it, and each failure has its name. */

import { afterAll, describe, expect, test } from 'vitest';

import { accepted, range, seqsOf } from '../../src/storage/conformance/answers.ts';
import { Handle } from '../../src/storage/conformance/handle.ts';
import { MINUTE_MS, MovedClock } from '../../src/storage/conformance/moved-clock.ts';
import { race } from '../../src/storage/conformance/race.ts';
import { idSource } from '../../src/storage/conformance/scene.ts';
import { StorageFullError, StorageUnavailableError } from '../../src/storage/storage.ts';
import { PostgresSchemas } from '../support/postgres-schemas.ts';
import { startPostgres } from '../support/servers/postgres-server.ts';

const server = await startPostgres();
const schemas = await PostgresSchemas.connect(server.url);

afterAll(async () => {
  await schemas.close();
  await server.close();
});

/** A handle, and a server that fails with this code when a text says so, `times` times. */
async function scene(code: string, times = 1_000_000) {
  const opened = await schemas.open(1);
  const { schema } = opened;
  await schemas.run(`SET search_path TO ${schema};
    CREATE SEQUENCE failures;
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('${schema}.failures') <= ${times} THEN RAISE EXCEPTION 'as asked' USING ERRCODE = '${code}'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER failing BEFORE INSERT ON messages FOR EACH ROW WHEN (NEW.text = 'fail') EXECUTE FUNCTION fail()`);
  const handle = new Handle(opened.handles[0]!, new MovedClock(), idSource(schema));
  const ann = await handle.newSession();
  return {
    handle,
    schema,
    ann,
    chat: await handle.newChat(ann),
    close: async () => {
      await schemas.run(`SET search_path TO ${schema};
        DROP TRIGGER failing ON messages; DROP FUNCTION fail; DROP SEQUENCE failures`);
      await opened.close();
    },
  };
}

describe('what the server refuses', () => {
  test('of posts that travel together only the one fails that it cannot take', async () => {
    const { handle, ann, chat, close } = await scene('22000');
    const texts = ['one', 'fail', 'two', 'not \u0000 text', 'three'];
    const outcomes = await Promise.allSettled(texts.map((text) => accepted(handle.post(ann, chat, text))));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    const { messages } = await accepted(handle.readMessages(chat));
    expect(messages.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(seqsOf(messages)).toEqual(range(1, 3));
    expect(await handle.getStats()).toMatchObject({ messages: 3, messagesLastHour: 3 });
    await close();
  });

  test('a full disk is a full storage, and nothing of the post is left', async () => {
    const { handle, ann, chat, close } = await scene('53100');
    await expect(handle.post(ann, chat, 'fail', { clientMessageId: 'a' })).rejects.toThrow(StorageFullError);
    expect(await handle.getChat(chat)).toMatchObject({ messageCount: 0, activeUsers: { count: 0 } });
    expect(await handle.post(ann, chat, 'other', { clientMessageId: 'a' })).toMatchObject({ seq: 1 });
    await close();
  });

  test.each(['40001', '40P01'])('what it rolled back for the sake of others (%s) is done again', async (code) => {
    const { handle, ann, chat, close } = await scene(code, 3);
    expect(await handle.post(ann, chat, 'fail')).toMatchObject({ seq: 1 });
    await close();
  });

  test('what it rolls back again and again is unavailable', async () => {
    const { handle, ann, chat, close } = await scene('40P01');
    await expect(handle.post(ann, chat, 'fail')).rejects.toThrow(StorageUnavailableError);
    await close();
  });

  test('an unexpected failure is neither, and its message names neither data nor statement', async () => {
    const { handle, ann, chat, close } = await scene('P0001');
    const failure: unknown = await handle.post(ann, chat, 'fail').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(StorageUnavailableError);
    expect((failure as Error).message).not.toMatch(/as asked|INSERT|fail\(/);
    await close();
  });
});

/** Two seconds for every statement that closes chats. */
async function slowScene(chatCount: number) {
  const { handles, schema } = await schemas.open(1);
  const handle = new Handle(handles[0]!, new MovedClock(), idSource(schema));
  const ann = await handle.newSession();
  await race([handle], chatCount, () => handle.newChat(ann));
  await schemas.run(`SET search_path TO ${schema};
    CREATE FUNCTION delay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$;
    CREATE TRIGGER delaying BEFORE DELETE ON chats EXECUTE FUNCTION delay()`);
  const wayOut = `SET search_path TO ${schema}; DROP TRIGGER delaying ON chats; DROP FUNCTION delay`;
  return { handle, ann, schema, quicken: () => schemas.run(wayOut) };
}

describe('a slow server', () => {
  test('ending a session with more chats than one statement closes is given up in time, and the rest is closed later', async () => {
    const { handle, ann, quicken } = await slowScene(201);
    await expect(handle.endSession(ann, true)).rejects.toThrow(StorageUnavailableError);
    await quicken();
    await handle.sweepAll();
    expect(await handle.getStats()).toMatchObject({ users: 0, chats: 0 });
    await handle.storage.close();
  });

  test('posts that are sent singly are given up together: none goes whose caller has been told so', async () => {
    const { handle, ann, chat, schema, close } = await scene('22000');
    await schemas.run(`SET search_path TO ${schema};
      CREATE FUNCTION delay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END $$;
      CREATE TRIGGER delaying BEFORE INSERT ON messages FOR EACH ROW WHEN (NEW.text = 'slow') EXECUTE FUNCTION delay()`);
    const texts = ['fail', 'slow', 'slow', 'slow', 'last'];
    const outcomes = await Promise.allSettled(texts.map((text) => accepted(handle.post(ann, chat, text))));
    expect(outcomes.at(-1)).toMatchObject({ reason: expect.any(StorageUnavailableError) });
    await accepted(handle.post(ann, chat, 'after'));
    const { messages } = await accepted(handle.readMessages(chat));
    expect(messages.map(({ text }) => text)).not.toContain('last');
    await schemas.run(`SET search_path TO ${schema}; DROP TRIGGER delaying ON messages; DROP FUNCTION delay`);
    await close();
  });

  test('house-keeping is given up in time, and goes on later', async () => {
    const { handle, ann, schema, quicken } = await slowScene(1);
    await handle.newChat(await handle.newSession(), { ttlMs: MINUTE_MS });
    await schemas.run(`SELECT end_session_v1('${ann.userId}', true, ${handle.clock.now}, 'nobody')`);
    handle.clock.advance(MINUTE_MS);
    await expect(handle.storage.sweep({ now: handle.clock.now, limit: 100 })).rejects.toThrow(StorageUnavailableError);
    await quicken();
    await handle.sweepAll();
    expect(await schemas.run(`SELECT FROM ${schema}.chats`)).toEqual([]);
    await handle.storage.close();
  });
});

/** Steps of one operation with something else in between: another operation, a failure, an hour. */

import { randomUUID } from 'node:crypto';

import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { RECENT_RESOLUTION_MS, RECENT_WINDOW_MS } from '../../src/domain/limits.ts';
import { accepted, range, seqsOf } from '../../src/storage/conformance/answers.ts';
import { Handle, SESSION_TTL_MS } from '../../src/storage/conformance/handle.ts';
import { MINUTE_MS, MovedClock, SECOND_MS } from '../../src/storage/conformance/moved-clock.ts';
import { idSource } from '../../src/storage/conformance/scene.ts';
import { openData } from '../../src/storage/redis/open-redis-storage.ts';
import { connectStandalone } from '../../src/storage/redis/redis-connection.ts';
import { SCRIPTS } from '../../src/storage/redis/scripts.ts';
import { StorageUnavailableError } from '../../src/storage/storage.ts';
import { MortalConnection } from '../support/mortal-connection.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { startRedis, type TestRedis } from '../support/servers/redis-server.ts';

let redis: TestRedis;
const raw = { client: createClient() };
beforeAll(async () => {
  redis = await startRedis();
  raw.client = createClient({ url: redis.url });
  raw.client.on('error', () => {});
  await raw.client.connect();
  // So that each step is one command.
  for (const { source } of Object.values(SCRIPTS)) await raw.client.scriptLoad(source);
});
afterAll(async () => {
  raw.client.destroy();
  await redis.close();
});

/** Two handles on fresh data, the second by a connection in the test's hands. */
async function start() {
  const prefix = randomUUID();
  const [clock, newId] = [new MovedClock(), idSource()];
  const connection = new MortalConnection(await connectStandalone(redis.url, recordedLog()));
  const one = new Handle(await openData(await connectStandalone(redis.url, recordedLog()), { prefix }), clock, newId);
  const other = new Handle(await openData(connection, { prefix }), clock, newId);
  return {
    prefix,
    clock,
    one,
    other,
    connection,
    close: async () => {
      for (const { storage } of [one, other]) await storage.close();
    },
  };
}

describe('opening a chat', () => {
  test('that broke off and is repaired late does not exceed the limit of its creator', async () => {
    const { clock, one, other, connection, close } = await start();
    const ann = await one.newSession();
    connection.stepsLeft = 3;
    await expect(other.createChat(ann, { maxChatsPerUser: 1 })).rejects.toThrow(StorageUnavailableError);
    clock.advance(10 * SECOND_MS);
    const chat = await accepted(one.createChat(ann, { maxChatsPerUser: 1 }));
    await one.sweepAll();
    expect(await one.getStats()).toMatchObject({ chats: 1 });
    expect((await one.listChats()).chats.map(({ id }) => id)).toEqual([chat.id]);
    expect((await one.listUnreadCounts(ann)).counts.map(({ chatId }) => chatId)).toEqual([chat.id]);
    await close();
  });
});

describe('ending a session', () => {
  test('that breaks off while somebody finds it alive is repaired in time', async () => {
    const { prefix, clock, one, other, connection, close } = await start();
    const ann = await one.newSession();
    await one.newChat(ann);
    clock.advance(SESSION_TTL_MS);
    const goOn = connection.pauseAfter(2);
    const sweeping = other.sweepAll();
    await connection.paused;
    const dying = new MortalConnection(await connectStandalone(redis.url, recordedLog()));
    const third = new Handle(await openData(dying, { prefix }), clock, idSource());
    dying.stepsLeft = 2;
    await expect(third.endSession(ann, true)).rejects.toThrow(StorageUnavailableError);
    goOn();
    await sweeping;
    clock.advance(10 * SECOND_MS);
    await one.sweepAll();
    expect(await one.getStats()).toMatchObject({ users: 0, chats: 0 });
    await third.storage.close();
    await close();
  });
});

describe('a post', () => {
  test('that moves on a session which has just run out leaves it its positions', async () => {
    const { clock, one, other, connection, close } = await start();
    const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
    const chat = await one.newChat(ann);
    await accepted(one.post(ann, chat, 'hello'));
    expect(seqsOf((await accepted(one.fetchUnread(ben, chat))).messages)).toEqual([1]);
    clock.advance(SESSION_TTL_MS - 1);
    const goOn = connection.pauseAfter(2);
    const posting = other.post(ben, chat, 'just in time');
    await connection.paused;
    clock.advance(1);
    expect(await one.getChat(chat)).toMatchObject({ activeUsers: { count: 1 } });
    goOn();
    await accepted(posting);
    await accepted(one.post(ann, chat, 'and on'));
    expect(seqsOf((await accepted(one.fetchUnread(ben, chat))).messages)).toEqual([3]);
    await close();
  });

  test('that broke off has moved its author’s deadline once a repeat is acknowledged', async () => {
    const { clock, one, other, connection, close } = await start();
    const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
    const chat = await one.newChat(ann);
    await accepted(one.post(ben, chat, 'hello'));
    clock.advance(MINUTE_MS);
    const postedAt = clock.now;
    connection.stepsLeft = 2;
    await expect(other.post(ben, chat, 'again', { clientMessageId: 'a' })).rejects.toThrow(StorageUnavailableError);
    clock.advance(MINUTE_MS);
    expect(await one.post(ben, chat, 'again', { clientMessageId: 'a' })).toMatchObject({ seq: 2 });
    expect(await one.session(ben)).toMatchObject({ expiresAt: postedAt + SESSION_TTL_MS });
    await close();
  });
});

/** The node that holds the server's keys is away. */
function away(key: string): Error | undefined {
  return key.includes('{server}') ? new Error('away') : undefined;
}

describe('posts that cannot be counted for a while', () => {
  test('are counted when they can be, however many chats and how long', async () => {
    const { clock, one, other, connection, close } = await start();
    const ann = await one.newSession();
    const chats = await Promise.all(range(1, 100).map(() => one.newChat(ann)));
    connection.refuse = away;
    for (let bucket = 0; bucket < 14; bucket++) {
      await Promise.all(chats.map((chat) => accepted(other.post(ann, chat, 'x'))));
      clock.advance(RECENT_RESOLUTION_MS);
    }
    await expect(other.getStats()).rejects.toThrow(StorageUnavailableError);
    connection.refuse = () => undefined;
    expect(await other.getStats()).toMatchObject({ messages: 1_400, messagesLastHour: 1_400 });
    await close();
  });

  test('are counted where they belong, also after more than the window of the statistics', async () => {
    const { clock, one, other, connection, close } = await start();
    const ann = await one.newSession();
    const chat = await one.newChat(ann);
    connection.refuse = away;
    const window = RECENT_WINDOW_MS / RECENT_RESOLUTION_MS + 1;
    for (let bucket = 0; bucket < 4 * window; bucket++) {
      clock.advance(RECENT_RESOLUTION_MS);
      await accepted(other.post(ann, chat, 'x'));
    }
    connection.refuse = () => undefined;
    expect(await other.getStats()).toMatchObject({ messages: 100, messagesLastHour: window });
    await close();
  });

  test('are told by one attempt for all who wait for it', async () => {
    const { one, other, connection, close } = await start();
    const ann = await one.newSession();
    await accepted(other.post(ann, await one.newChat(ann), 'x'));
    let attempts = 0;
    connection.refuse = (_key, [, hash]) => {
      if (hash !== SCRIPTS['report-posts'].hash) return undefined;
      attempts += 1;
      return new Error('away');
    };
    const outcomes = await Promise.allSettled(range(1, 20).map(() => other.getStats()));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(20);
    expect(attempts).toBeLessThanOrEqual(2);
    connection.refuse = () => undefined;
    await close();
  });
});

describe('a chat that nobody cleared away before Redis dropped it', () => {
  test('leaves nothing', async () => {
    const { prefix, clock, one, close } = await start();
    const ann = await one.newSession();
    const chat = await one.newChat(ann, { ttlMs: MINUTE_MS });
    await accepted(one.fetchUnread(ann, chat));
    clock.advance(MINUTE_MS);
    await raw.client.del(`${prefix}:{c:${chat.id}}:meta`);
    await one.sweepAll();
    expect(await raw.client.keys(`${prefix}:{c:${chat.id}}:*`)).toEqual([]);
    expect(await one.getStats()).toMatchObject({ chats: 0 });
    await close();
  });
});

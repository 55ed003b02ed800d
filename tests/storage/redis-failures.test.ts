/** Redis fails under the storage: frozen, killed, full, without its scripts, with damaged data. Clear errors, and it goes on afterwards. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

import { createClient } from 'redis';
import { afterEach, describe, expect, test } from 'vitest';

import { accepted, expectRefusal, range, seqsOf } from '../../src/storage/conformance/answers.ts';
import { Handle, SESSION_TTL_MS } from '../../src/storage/conformance/handle.ts';
import { MINUTE_MS, MovedClock } from '../../src/storage/conformance/moved-clock.ts';
import { race } from '../../src/storage/conformance/race.ts';
import { idSource } from '../../src/storage/conformance/scene.ts';
import { watchOn } from '../../src/storage/conformance/watch-on.ts';
import { openRedisStorage } from '../../src/storage/redis/open-redis-storage.ts';
import { type Storage, StorageFullError, StorageUnavailableError } from '../../src/storage/storage.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { startOwnRedis } from '../support/servers/redis-server.ts';

type OwnRedis = Awaited<ReturnType<typeof startOwnRedis>>;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A server, and a handle on fresh data there. */
async function start(options: Readonly<Record<string, string>> = {}) {
  const redis = await startOwnRedis(options);
  cleanups.push(() => redis.close());
  const prefix = randomUUID();
  const storage = await openRedisStorage({ urls: [redis.url], prefix, allowEviction: false, log: recordedLog() });
  cleanups.push(() => storage.close());
  return { redis, prefix, storage, one: new Handle(storage, new MovedClock(), idSource()) };
}

/** Runs commands behind the storage's back. */
async function meddle(redis: OwnRedis, ...commands: readonly string[][]): Promise<unknown> {
  const client = createClient({ url: redis.url });
  client.on('error', () => {});
  await client.connect();
  let reply: unknown;
  for (const command of commands) reply = await client.sendCommand(command);
  client.destroy();
  return reply;
}

/** A way to a port. When it is blocked, what has gone there before stays open and carries nothing any more. */
async function startWay(port: number) {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
    }
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    block() {
      for (const socket of open) {
        socket.unpipe();
        socket.pause();
      }
    },
  };
}

/** Resolves once the storage answers again. */
async function answering(storage: Storage): Promise<void> {
  for (;;) {
    try {
      await storage.ping();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe('when Redis is frozen', () => {
  test('every operation fails as unavailable instead of hanging, and works again when it thaws', async () => {
    const { redis, storage, one } = await start();
    const ann = await one.newSession();
    const chat = await one.newChat(ann);
    redis.server.freeze();
    const calls = [
      one.createSession(),
      one.authenticate(ann),
      one.endSession(ann),
      one.createChat(ann),
      one.getChat(chat),
      one.listChats(),
      one.closeChat(ann, { id: one.newId() }),
      one.post(ann, chat, 'hello', { clientMessageId: 'a' }),
      one.listMessages(ann, chat),
      one.fetchUnread(ann, chat),
      one.markRead(ann, chat, 0),
      one.listUnreadCounts(ann),
      one.readMessages(chat),
      one.noteActivity(chat, ann),
      one.getStats(),
      one.sweepAll(),
      storage.watch({ userId: ann.userId }, () => {}),
      storage.ping(),
      storage.readTime(),
    ];
    const outcomes = await Promise.allSettled(calls);
    const failures = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : outcome));
    expect(failures).toEqual(calls.map(() => expect.any(StorageUnavailableError)));
    redis.server.thaw();
    await answering(storage);
    const ben = await one.newSession();
    const again = await one.newChat(ben);
    expect(await one.post(ben, again, 'hello')).toMatchObject({ seq: 1 });
  });
});

describe('when Redis is killed and started again', () => {
  test('what it had acknowledged is there, posts go on without a hole, and watches are woken', async () => {
    const { redis, storage, one } = await start({ appendonly: 'yes', appendfsync: 'always' });
    const ann = await one.newSession();
    const chat = await one.newChat(ann);
    const watch = await watchOn(one, { chatId: chat.id });
    const acknowledged: string[] = [];
    const failures: unknown[] = [];
    const state = { isDown: false };
    const posting = race([one], 20, async (handle, turn) => {
      for (let count = 0; !state.isDown; count++) {
        const clientMessageId = `${turn} ${count}`;
        try {
          const { id } = await accepted(handle.post(ann, chat, 'x', { clientMessageId }));
          acknowledged.push(id);
        } catch (error) {
          failures.push(error);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    while (acknowledged.length < 300) await new Promise((resolve) => setTimeout(resolve, 5));
    await redis.server.kill();
    await expect(storage.ping()).rejects.toThrow(StorageUnavailableError);
    state.isDown = true;
    await posting;
    const resumed = watch.nextWake();
    await redis.server.start();
    await answering(storage);
    await resumed;

    for (const failure of failures) expect(failure).toBeInstanceOf(StorageUnavailableError);
    await accepted(one.post(ann, chat, 'after'));
    const all: { readonly seq: number; readonly id: string }[] = [];
    for (let more = true; more;) {
      const { messages } = await accepted(one.listMessages(ann, chat, { fromSeq: all.at(-1)?.seq ?? 0 }));
      all.push(...messages);
      more = messages.length > 0;
    }
    const { kept } = await accepted(one.readMessages(chat));
    expect(seqsOf(all)).toEqual(range(kept.first, kept.last));
    expect(kept.last).toBeGreaterThanOrEqual(acknowledged.length + 1);
    const lastAcknowledged = acknowledged.slice(-20);
    const ids = new Set(all.map(({ id }) => id));
    expect(lastAcknowledged.filter((id) => !ids.has(id))).toEqual([]);
    watch.stop();
  });

  test('one that keeps nothing begins anew, and who starts later finds its data', async () => {
    const { redis, prefix, storage, one } = await start();
    const chat = await one.newChat(await one.newSession());
    const watch = await watchOn(one, { chatId: chat.id });
    const resumed = watch.nextWake();
    await redis.server.kill();
    await redis.server.start();
    await answering(storage);
    await resumed;
    expect(await one.getChat(chat)).toMatchObject({ code: 'CHAT_NOT_FOUND' });
    const ann = await one.newSession();

    const later = await openRedisStorage({ urls: [redis.url], prefix, allowEviction: false, log: recordedLog() });
    cleanups.push(() => later.close());
    expect(later.pageTokenKey).toEqual(storage.pageTokenKey);
    expect(await new Handle(later, one.clock, idSource()).session(ann)).toMatchObject({ userId: ann.userId });
    watch.stop();
  });

  test('a connection that is cut is made again, and the watches on it are woken and go on', async () => {
    const { redis, storage, one } = await start();
    const ann = await one.newSession();
    const chat = await one.newChat(ann);
    const watch = await watchOn(one, { chatId: chat.id });
    const resumed = watch.nextWake();
    await meddle(redis, ['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    await resumed;
    await meddle(redis, ['CLIENT', 'KILL', 'TYPE', 'normal']);
    await answering(storage);
    const woken = watch.nextWake();
    await accepted(one.post(ann, chat, 'hello'));
    await woken;
    expect(watch.wakes).toBeGreaterThanOrEqual(2);
    watch.stop();
  });
});

describe('watches that end while Redis is away', () => {
  test('leave no subscription behind', async () => {
    const { redis, prefix, storage, one } = await start();
    const stays = await watchOn(one, { userId: one.newId() });
    const ended = await Promise.all(range(1, 5).map(() => watchOn(one, { chatId: one.newId() })));
    await redis.server.kill();
    await expect(storage.ping()).rejects.toThrow(StorageUnavailableError);
    for (const watch of ended) watch.stop();
    const resumed = stays.nextWake();
    await redis.server.start();
    await resumed;
    await answering(storage);
    // Sent after whatever was sent when the connection was there again.
    (await watchOn(one, { userId: one.newId() })).stop();
    const last = await watchOn(one, { userId: one.newId() });
    const heard = await meddle(redis, ['PUBSUB', 'SHARDCHANNELS', `${prefix}:{c:*`]);
    expect(heard).toEqual([]);
    for (const watch of [stays, last]) watch.stop();
  });
});

describe('when the way to Redis is cut and nobody says so', () => {
  test('the connections are made again, and the watches on them are woken and go on', async () => {
    const { redis } = await start();
    const way = await startWay(redis.port);
    const options = { urls: [way.url], prefix: randomUUID(), allowEviction: false, log: recordedLog() };
    const storage = await openRedisStorage(options);
    cleanups.push(() => storage.close());
    const one = new Handle(storage, new MovedClock(), idSource());
    const ann = await one.newSession();
    const chat = await one.newChat(ann);
    const watch = await watchOn(one, { chatId: chat.id });
    const resumed = watch.nextWake();
    way.block();
    await expect(storage.ping()).rejects.toThrow(StorageUnavailableError);
    await resumed;
    await answering(storage);
    const woken = watch.nextWake();
    await accepted(one.post(ann, chat, 'hello'));
    await woken;
    watch.stop();
  });
});

describe('when Redis loses its scripts', () => {
  test('nobody notices', async () => {
    const { redis, one } = await start();
    const ann = await one.newSession();
    const chat = await one.newChat(ann, { maxMessages: 1_000 });
    await race([one], 20, async (handle, turn) => {
      if (turn % 4 === 0) await meddle(redis, ['SCRIPT', 'FLUSH']);
      for (let count = 0; count < 20; count++) await accepted(handle.post(ann, chat, 'x'));
    });
    expect(seqsOf((await accepted(one.listMessages(ann, chat, { limit: 500 }))).messages)).toEqual(range(1, 400));
  });
});

describe('when Redis has no memory left', () => {
  test('what would be stored is refused as such and leaves no trace, what is there can be read', async () => {
    const { redis, one } = await start();
    const ann = await one.newSession();
    const chat = await one.newChat(ann);
    await accepted(one.post(ann, chat, 'before'));
    const before = [await one.readMessages(chat), await one.getChat(chat)];
    await meddle(redis, ['CONFIG', 'SET', 'maxmemory', '1']);
    await expect(one.post(ann, chat, 'x', { clientMessageId: 'a' })).rejects.toThrow(StorageFullError);
    await expect(one.createSession()).rejects.toThrow(StorageFullError);
    await expect(one.createChat(ann)).rejects.toThrow(StorageFullError);
    expect([await one.readMessages(chat), await one.getChat(chat)]).toEqual(before);
    await meddle(redis, ['CONFIG', 'SET', 'maxmemory', '0']);
    expect(await one.post(ann, chat, 'x', { clientMessageId: 'a' })).toMatchObject({ seq: 2 });
  });

  test('everything can be read, and whatever frees memory can be done', async () => {
    const { redis, one } = await start();
    const [ann, ben, cas] = [await one.newSession('Ann'), await one.newSession('Ben'), await one.newSession('Cas')];
    const [stays, closes] = [await one.newChat(ann), await one.newChat(ann)];
    const [ends, expires] = [await one.newChat(ben), await one.newChat(ben, { ttlMs: MINUTE_MS })];
    for (const chat of [stays, closes, ends, expires]) await accepted(one.post(ben, chat, 'hello'));
    await meddle(redis, ['CONFIG', 'SET', 'maxmemory', '1']);
    expect(await one.getStats()).toMatchObject({ users: 3, chats: 4, messages: 4 });
    expect(seqsOf((await accepted(one.fetchUnread(cas, stays))).messages)).toEqual([1]);
    expect(await one.listMessages(ann, stays, { markRead: true })).toMatchObject({ position: 1 });
    expect(await one.markRead(ann, closes, 1)).toMatchObject({ position: 1 });
    await one.noteActivity(stays, cas);
    expect(await one.closeChat(ann, closes)).toBeUndefined();
    expect(await one.endSession(ben, true)).toBeUndefined();
    expect(await one.getStats()).toMatchObject({ users: 2, chats: 1, messages: 1 });
    one.clock.advance(2 * SESSION_TTL_MS);
    await one.sweepAll();
    expect(await one.getStats()).toMatchObject({ users: 1, chats: 1, messages: 1 });
    expect(await one.getChat(stays)).toMatchObject({ messageCount: 1, activeUsers: { count: 1 } });
    expect(await one.endSession(ann, true)).toBeUndefined();
    expect(await one.getStats()).toMatchObject({ users: 0, chats: 0, messages: 0 });
  });
});

describe('damaged records', () => {
  test('are an error that names them, never wrong data', async () => {
    const { redis, prefix, one } = await start();
    const ann = await one.newSession();
    const chat = await one.newChat(ann);
    for (const text of ['one', 'two', 'three']) await accepted(one.post(ann, chat, text));
    const key = `${prefix}:{c:${chat.id}}`;
    await meddle(redis, ['HDEL', `${key}:log`, '2']);
    await expect(one.readMessages(chat)).rejects.toThrow(/message 2 is missing/);
    await meddle(redis, ['HSET', `${key}:log`, '2', '5|7|nonsense']);
    await expect(one.readMessages(chat)).rejects.toThrow(/message 2 of chat .* is damaged/);
    await meddle(redis, ['DEL', `${key}:log`], ['SET', `${key}:log`, 'of another kind']);
    await expect(one.readMessages(chat)).rejects.toThrow(/may be damaged/);
    await meddle(redis, ['HSET', `${key}:meta`, 'settings', '{']);
    await expect(one.getChat(chat)).rejects.toThrow(/settings of chat .* are damaged/);
  });

  test('are named by their keys, and hold up nothing else', async () => {
    const { redis, prefix, storage, one } = await start();
    const [ann, ben, cas] = [await one.newSession('Ann'), await one.newSession('Ben'), await one.newSession('Cas')];
    const [damaged, sound] = [
      await one.newChat(cas, { ttlMs: MINUTE_MS }),
      await one.newChat(ben, { ttlMs: MINUTE_MS }),
    ];
    for (const chat of [damaged, sound]) await accepted(one.post(ben, chat, 'hello'));
    expect(await one.getStats()).toMatchObject({ messages: 2 });
    await meddle(
      redis,
      ['HSET', `${prefix}:{c:${damaged.id}}:meta`, 'expiresAt', 'nonsense'],
      ['HSET', `${prefix}:{u:${ann.userId}}:session`, 'expiresAt', 'nonsense'],
    );
    await expect(one.getChat(damaged)).rejects.toThrow(`view-chat at ${prefix}:{c:${damaged.id}}:`);
    one.clock.advance(2 * SESSION_TTL_MS);
    expect(await one.getStats()).toMatchObject({ users: 0, chats: 0, messages: 1 });
    for (let count = 0; count < 3; count++) {
      await expect(storage.sweep({ now: one.clock.now, limit: 100 })).rejects.toThrow(`{u:${ann.userId}}`);
    }
    expect(await meddle(redis, ['KEYS', `${prefix}:{u:${ben.userId}}:*`])).toEqual([
      `${prefix}:{u:${ben.userId}}:gone`,
    ]);
    expect(await meddle(redis, ['KEYS', `${prefix}:{c:${sound.id}}:*`])).toEqual([`${prefix}:{c:${sound.id}}:gone`]);
    await accepted(one.createSession({ maxUsers: 2 }));
    await expectRefusal(one.createSession({ maxUsers: 2 }), 'USER_LIMIT_REACHED');
  });
});

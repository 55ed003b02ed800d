/** The storage on PostgreSQL when connections are cut, exhausted or frozen and when the server is killed: never a hang, nothing lost. */

import { once } from 'node:events';
import { createServer, type Server, type Socket, connect } from 'node:net';
import { Transform } from 'node:stream';

import { afterAll, describe, expect, test } from 'vitest';

import { accepted, range, seqsOf } from '../../src/storage/conformance/answers.ts';
import { Handle } from '../../src/storage/conformance/handle.ts';
import { MovedClock } from '../../src/storage/conformance/moved-clock.ts';
import { idSource } from '../../src/storage/conformance/scene.ts';
import { watchOn } from '../../src/storage/conformance/watch-on.ts';
import { openPostgresStorage } from '../../src/storage/postgres/open-postgres-storage.ts';
import { StorageUnavailableError } from '../../src/storage/storage.ts';
import { PostgresSchemas } from '../support/postgres-schemas.ts';
import { startOwnPostgres } from '../support/servers/postgres-server.ts';

const server = await startOwnPostgres();
const schemas = await PostgresSchemas.connect(server.url);

afterAll(async () => {
  await server.close();
});

/** A handle on a fresh schema, through the network that the test disturbs. */
async function open(url = server.url, poolSize = 2) {
  const schema = schemas.newName();
  const storage = await openPostgresStorage({ ...schemas.options(schema), url, poolSize });
  return { storage, schema, handle: new Handle(storage, new MovedClock(), idSource(schema)) };
}

describe('a lost listener', () => {
  test('listens again by itself, and wakes everybody for what they may have missed', async () => {
    const { storage, handle, schema } = await open();
    const ann = await handle.newSession();
    const [chat, quiet] = [await handle.newChat(ann), await handle.newChat(ann)];
    const [watch, other] = [await watchOn(handle, { chatId: chat.id }), await watchOn(handle, { chatId: quiet.id })];
    for (let round = 0; round < 3; round++) {
      const woken = [watch.nextWake(), other.nextWake()];
      const cut = await schemas.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE query = 'LISTEN veche_${schema}' OR query = 'LISTEN "veche_${schema}"'`);
      expect(cut).toHaveLength(1);
      await accepted(handle.post(ann, chat, 'while nobody listens'));
      await Promise.all(woken);

      const again = await watchOn(handle, { chatId: chat.id });
      const wokenAgain = [watch.nextWake(), again.nextWake()];
      await accepted(handle.post(ann, chat, 'heard again'));
      await Promise.all(wokenAgain);
      again.stop();
    }
    await storage.close();
  });
});

describe('lost connections of the pool', () => {
  test('are logged without what belongs to them, such as keys and data', async () => {
    const logged: object[] = [];
    const note = (fields: object): number => logged.push(fields);
    const options = { ...schemas.options(schemas.newName()), log: { info() {}, warn: note, error: note } };
    const storage = await openPostgresStorage(options);
    await storage.ping();
    await schemas.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT 1'`);
    await until(() => logged.some((fields) => 'err' in fields));
    for (const fields of logged) expect(JSON.stringify(fields)).not.toMatch(/secretKey|connectionParameters/);
    await storage.close();
  });

  test('do not disturb the closing during which they are lost', async () => {
    const network = await openNetwork(server.port);
    const { storage } = await open(network.url(server.url));
    await storage.ping();
    network.freeze();
    const closing = storage.close();
    network.tell(SHUTDOWN);
    await expect(closing).resolves.toBeUndefined();
    await network.close();
  });
});

describe('a busy or frozen server', () => {
  test('when all connections wait for a lock, every call settles as unavailable, and all is well once it is free', async () => {
    const { storage, handle, schema } = await open();
    const ann = await handle.newSession();
    const chat = await handle.newChat(ann);
    await schemas.run(`BEGIN; SELECT FROM ${schema}.chats WHERE id = '${chat.id}' FOR UPDATE`);
    const calls = Array.from({ length: 6 }, () => [handle.noteActivity(chat, ann), handle.post(ann, chat, 'x')]).flat();
    const outcomes = await Promise.allSettled(calls);
    await schemas.run('ROLLBACK');
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StorageUnavailableError) });
    }
    const { seq } = await accepted(handle.post(ann, chat, 'free again'));
    expect(seqsOf((await accepted(handle.readMessages(chat))).messages)).toEqual(range(1, seq));
    await storage.close();
  });

  test('when nothing is answered any more, every call settles as unavailable, and closing does not hang', async () => {
    const network = await openNetwork(server.port);
    const { storage, handle } = await open(network.url(server.url));
    const ann = await handle.newSession();
    const chat = await handle.newChat(ann);
    const stop = await storage.watch({ chatId: chat.id }, () => {});
    network.freeze();
    const outcomes = await Promise.allSettled([
      storage.ping(),
      storage.readTime(),
      handle.createSession(),
      handle.session(ann),
      handle.getChat(chat),
      handle.listChats(),
      handle.post(ann, chat, 'anybody?'),
      handle.fetchUnread(ann, chat),
      handle.getStats(),
      handle.endSession(ann),
      storage.sweep({ now: 0, limit: 10 }),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StorageUnavailableError) });
    }
    stop();
    await storage.close();
    await network.close();
  });

  test('closing does not wait for a server that does not answer', async () => {
    const network = await openNetwork(server.port);
    const { storage } = await open(network.url(server.url));
    await Promise.all([storage.ping(), storage.ping()]);
    network.freeze();
    const sockets = openSockets();
    await storage.close();
    // Two of the pool and the one that listened, whose handles go a moment later.
    await until(() => openSockets() === sockets - 3);
    expect(openSockets()).toBe(sockets - 3);
    await network.close();
  });

  test('opening and closing do not hang on a server that answers nothing after it has let us in', async () => {
    const network = await openNetwork(server.port, (bytes) => bytes[0] !== PARSE);
    const options = schemas.options(schemas.newName());
    const opening = openPostgresStorage({ ...options, url: network.url(server.url), directUrl: server.url });
    await expect(opening).rejects.toThrow(StorageUnavailableError);
    await network.close();
  });

  test('a network that was frozen is used again, and everybody is woken', async () => {
    const network = await openNetwork(server.port);
    const { storage, handle } = await open(network.url(server.url));
    const ann = await handle.newSession();
    const chat = await handle.newChat(ann);
    const watch = await watchOn(handle, { chatId: chat.id });
    const woken = watch.nextWake();
    network.freeze();
    await expect(storage.ping()).rejects.toThrow(StorageUnavailableError);
    network.thaw();
    await eventually(() => handle.post(ann, chat, 'back'));
    await woken;
    watch.stop();
    await storage.close();
    await network.close();
  });
});

describe('a killed server', () => {
  test('loses nothing that was acknowledged, repeats nothing, and is used again once it is back', async () => {
    const { storage, handle } = await open(server.url, 4);
    const authors = [await handle.newSession('Ann'), await handle.newSession('Ben'), await handle.newSession('Cid')];
    const keepAll = { maxMessages: 0 };
    const chats = [await handle.newChat(authors[0]!, keepAll), await handle.newChat(authors[0]!, keepAll)];
    const watch = await watchOn(handle, { chatId: chats[0]!.id });
    const acknowledged: string[] = [];
    const done = new AbortController();
    const writing = authors.map(async (author, place) => {
      for (let number = 0; !done.signal.aborted; number++) {
        const id = `${place} ${number}`;
        const chat = chats[number % 2]!;
        await eventually(() => accepted(handle.post(author, chat, id, { clientMessageId: id })));
        acknowledged.push(id);
      }
    });
    for (let round = 0; round < 2; round++) {
      const before = acknowledged.length;
      await until(() => acknowledged.length > before + 50);
      const woken = watch.nextWake();
      await server.server.kill();
      await startAgain();
      await woken;
    }
    const before = acknowledged.length;
    await until(() => acknowledged.length > before + 50);
    done.abort();
    await Promise.all(writing);

    const texts: string[] = [];
    for (const chat of chats) {
      let afterSeq = 0;
      for (;;) {
        const { messages, kept } = await accepted(handle.readMessages(chat, { afterSeq }));
        expect(seqsOf(messages)).toEqual(range(afterSeq + 1, afterSeq + messages.length));
        texts.push(...messages.map(({ text }) => text));
        afterSeq += messages.length;
        if (afterSeq === kept.last) break;
      }
    }
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.toSorted()).toEqual(acknowledged.toSorted());
    watch.stop();
    await storage.close();
  });
});

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

/** A server that was killed needs a moment until what it left has gone. */
async function startAgain(): Promise<void> {
  for (;;) {
    try {
      await server.server.start();
      return;
    } catch (error) {
      if (!String(error).includes('has ended')) throw error;
    }
  }
}

/** Tries until the storage is available. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StorageUnavailableError)) throw error;
    }
  }
}

/** Waits for something that the others bring about. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** What a server says to a connection when it is shut down. */
const SHUTDOWN = Buffer.from('E\0\0\0\x1cSFATAL\0C57P01\0Mgoodbye\0\0', 'latin1');

/** The first byte of a statement with arguments on its way to the server. */
const PARSE = 'P'.charCodeAt(0);

/** A way to the server that can be frozen: connections stay, nothing passes. What is sent passes if `mayPass` says so. */
async function openNetwork(port: number, mayPass: (sent: Buffer) => boolean = () => true) {
  const sockets = new Set<Socket>();
  const nearSockets = new Set<Socket>();
  let isFrozen = false;
  const proxy: Server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    nearSockets.add(near);
    const sieve = new Transform({
      transform: (sent: Buffer, _encoding, done) => (mayPass(sent) ? done(null, sent) : done()),
    });
    near.pipe(sieve).pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        if (!isFrozen) (socket === near ? far : near).destroy();
      });
      if (isFrozen) socket.pause();
    }
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const address = proxy.address();
  const at = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: (url: string) => Object.assign(new URL(url), { port: String(at) }).href,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    /** To everybody who is connected, as if the server said it. */
    tell(bytes: Buffer) {
      for (const socket of nearSockets) socket.write(bytes);
    },
    /** New connections pass; those that were frozen are cut. */
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await once(proxy.close(), 'close');
    },
  };
}

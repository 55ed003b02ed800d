/** Limits are exact and seqs are dense whoever comes at once, through three handles. */

import { randomUUID } from 'node:crypto';

import { afterAll, describe, expect, test } from 'vitest';

import { Refusal } from '../../src/domain/errors.ts';
import { accepted, acceptedOnly, range, seqsOf, tally } from '../../src/storage/conformance/answers.ts';
import { Handle } from '../../src/storage/conformance/handle.ts';
import { MovedClock, SECOND_MS } from '../../src/storage/conformance/moved-clock.ts';
import { race } from '../../src/storage/conformance/race.ts';
import { idSource } from '../../src/storage/conformance/scene.ts';
import { openRedisStorage } from '../../src/storage/redis/open-redis-storage.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { startRedis, startRedisCluster } from '../support/servers/redis-server.ts';

const servers = { 'one Redis': await startRedis(), 'a Redis Cluster': await startRedisCluster() };
afterAll(async () => {
  for (const server of Object.values(servers)) await server.close();
});

/** Calls that come at once. */
const COUNT = 600;

async function openThree(url: string) {
  const options = { urls: url.split(','), prefix: randomUUID(), allowEviction: false, log: recordedLog() };
  const [clock, newId] = [new MovedClock(), idSource()];
  const storages = await Promise.all([1, 2, 3].map(() => openRedisStorage(options)));
  const handles = storages.map((storage) => new Handle(storage, clock, newId));
  return { clock, handles, close: () => Promise.all(storages.map((storage) => storage.close())) };
}

describe.each(Object.entries(servers))('600 calls at once through three handles on %s', (_name, { url }) => {
  test('start exactly as many sessions as there may be', async () => {
    const { handles, close } = await openThree(url);
    const results = await race(handles, COUNT, (handle) => handle.createSession({ maxUsers: 50 }));
    expect(tally(results)).toEqual({ accepted: 50, USER_LIMIT_REACHED: COUNT - 50 });
    expect(await handles[0]!.getStats()).toMatchObject({ users: 50 });
    await close();
  });

  test('open exactly as many chats as there may be, and as each user may have', async () => {
    const { handles, clock, close } = await openThree(url);
    const [one] = handles as [Handle];
    const users = await Promise.all(range(1, 12).map(() => one.newSession()));
    const limits = { maxChats: 40, maxChatsPerUser: 5 };
    const results = await race(handles, COUNT, (handle, turn) => handle.createChat(users[turn % 12]!, limits));
    const opened = acceptedOnly(results);
    expect(opened).toHaveLength(40);
    for (const { userId } of users) {
      expect(opened.filter(({ creator }) => creator.userId === userId).length).toBeLessThanOrEqual(5);
    }
    clock.advance(10 * SECOND_MS);
    await one.sweepAll();
    expect((await one.listChats()).chats).toHaveLength(40);
    expect(await one.getStats()).toMatchObject({ chats: 40 });
    await close();
  });

  test('post without a hole, and each id once', async () => {
    const { handles, close } = await openThree(url);
    const [one] = handles as [Handle];
    const ann = await one.newSession();
    const chat = await one.newChat(ann, { maxMessages: 0 });
    const posted = await race(handles, COUNT, (handle, turn) =>
      accepted(handle.post(ann, chat, 'x', { clientMessageId: `${turn % 200}` })),
    );
    const { messages } = await accepted(one.readMessages(chat));
    expect(seqsOf(messages)).toEqual(range(1, 200));
    expect(new Set(posted.map(({ id }) => id))).toEqual(new Set(messages.map(({ id }) => id)));
    await close();
  });

  test('post up to the closing of the chat and not beyond', async () => {
    const { handles, close } = await openThree(url);
    const [one] = handles as [Handle];
    const ann = await one.newSession();
    const chat = await one.newChat(ann);
    const seqs: number[] = [];
    const endings = await race(handles, 60, async (handle, turn) => {
      for (let count = 0; ; count++) {
        if (turn === 7 && count === 5) await handle.closeChat(ann, chat);
        const posted = await handle.post(ann, chat, 'x');
        if (posted instanceof Refusal) return posted;
        seqs.push(posted.seq);
      }
    });
    expect(tally(endings)).toEqual({ CHAT_NOT_FOUND: 60 });
    expect(seqs.toSorted((a, b) => a - b)).toEqual(range(1, seqs.length));
    for (const handle of handles)
      expect(await handle.getStats()).toMatchObject({ chats: 0, messages: 0, messagesLastHour: seqs.length });
    await close();
  });
});

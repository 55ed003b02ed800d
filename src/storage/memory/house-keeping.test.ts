import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { CLIENT_MESSAGE_ID_MEMORY_MS } from '../../domain/limits.ts';
import { Handle, SESSION_TTL_MS } from '../conformance/handle.ts';
import { MINUTE_MS, MovedClock } from '../conformance/moved-clock.ts';
import { createMemoryData } from './memory-data.ts';
import { openMemoryStorage } from './open-memory-storage.ts';

function open() {
  const data = createMemoryData();
  const clock = new MovedClock();
  return { data, clock, one: new Handle(openMemoryStorage(data), clock, randomUUID) };
}

describe('house-keeping', () => {
  test('leaves nothing of chats and sessions that are over', async () => {
    const { data, clock, one } = open();
    for (let minutes = 1; minutes <= 10; minutes++) {
      const [ann, bob] = [await one.newSession(), await one.newSession()];
      const chat = await one.newChat(ann, { ttlMs: minutes * MINUTE_MS, maxMessages: 1 });
      await one.post(ann, chat, 'hello');
      await one.post(bob, chat, 'hello', { clientMessageId: 'a' });
      await one.fetchUnread(bob, chat);
    }
    clock.advance(10 * MINUTE_MS + SESSION_TTL_MS);
    await one.sweepAll();
    const { sessions, sessionsById, chats, chatsByAge, listedChats, leftoverVisits, messageCount } = data;
    const sizes = [sessions, sessionsById, chats, chatsByAge, listedChats].map(({ size }) => size);
    expect([...sizes, leftoverVisits.length, messageCount]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('takes a closed chat from the sessions that were there', async () => {
    const { data, one } = open();
    const [ann, bob] = [await one.newSession(), await one.newSession()];
    const [closed, other] = [await one.newChat(ann), await one.newChat(ann)];
    for (const chat of [closed, other]) await one.fetchUnread(bob, chat);
    await one.closeChat(ann, closed);
    await one.sweepAll();
    for (const { userId } of [ann, bob]) {
      expect(
        data.sessions
          .get(userId)
          ?.visits.valuesArray()
          .map(({ chat }) => chat.id),
      ).toEqual([other.id]);
    }
  });

  test('takes an ended session from the chats where it was', async () => {
    const { data, one } = open();
    const [ann, bob] = [await one.newSession(), await one.newSession()];
    const chat = await one.newChat(ann);
    await one.fetchUnread(bob, chat);
    await one.endSession(bob);
    expect([...(data.chats.get(chat.id)?.visits.keys() ?? [])]).toEqual([ann.userId]);
  });

  test('forgets client message ids in chats where nobody posts any more', async () => {
    const { data, clock, one } = open();
    const ann = await one.newSession();
    const chat = await one.newChat(ann);
    await one.post(ann, chat, 'hello', { clientMessageId: 'a' });
    const retries = data.chats.get(chat.id)?.retries;
    const sentAt = clock.now;
    clock.moveTo(sentAt + CLIENT_MESSAGE_ID_MEMORY_MS - 1);
    await one.sweepAll();
    expect(retries?.find(ann.userId, 'a', sentAt)).toBeDefined();
    clock.moveTo(sentAt + CLIENT_MESSAGE_ID_MEMORY_MS + MINUTE_MS);
    await one.sweepAll();
    expect(retries?.find(ann.userId, 'a', sentAt)).toBeUndefined();
  });

  test('works in batches and says whether more is left', async () => {
    const { data, clock, one } = open();
    for (let i = 0; i < 25; i++) await one.newSession();
    clock.advance(SESSION_TTL_MS - 1);
    const sweep = async () => {
      const isMoreLeft = await one.storage.sweep({ now: clock.now, limit: 10 });
      return { isMoreLeft, sessions: data.sessions.size };
    };
    expect(await sweep()).toEqual({ isMoreLeft: false, sessions: 25 });
    clock.advance(1);
    expect(await sweep()).toEqual({ isMoreLeft: true, sessions: 15 });
    expect(await sweep()).toEqual({ isMoreLeft: true, sessions: 5 });
    expect(await sweep()).toEqual({ isMoreLeft: false, sessions: 0 });
  });

  test('is not needed for a session that ends to close every chat it has, however many', async () => {
    const { data, one } = open();
    const ann = await one.newSession();
    for (let i = 0; i < 2_500; i++) await one.newChat(ann);
    await one.endSession(ann, true);
    expect([data.chats.size, data.listedChats.size]).toEqual([0, 0]);
  });
});

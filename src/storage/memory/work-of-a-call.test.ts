/** No call pays for all that has expired: what one takes out is bounded, in records, and yet what it answers is right. */

import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { ChatCursor } from '../storage.ts';
import { accepted, expectRefusal, range } from '../conformance/answers.ts';
import { type ChatId, Handle, SESSION_TTL_MS, type Visitor } from '../conformance/handle.ts';
import { MINUTE_MS, MovedClock } from '../conformance/moved-clock.ts';
import { STEPS_PER_TURN } from './house-keeping.ts';
import { createMemoryData, type MemoryData } from './memory-data.ts';
import { openMemoryStorage } from './open-memory-storage.ts';

/** A host with chats for good, and guests who have been to each of them. */
async function crowd({ chats: chatCount, guests: guestCount }: { readonly chats: number; readonly guests: number }) {
  const data = createMemoryData();
  const clock = new MovedClock();
  const one = new Handle(openMemoryStorage(data), clock, randomUUID);
  const host = await one.newSession('Host');
  const chats: ChatId[] = [];
  for (const _ of range(1, chatCount)) chats.push(await one.newChat(host));
  const guests: Visitor[] = [];
  for (const _ of range(1, guestCount)) guests.push(await one.newSession('Guest'));
  for (const chat of chats) for (const guest of guests) await accepted(one.fetchUnread(guest, chat));
  return { data, clock, one, chats, guests };
}

/** How many sessions, chats and visits there are, over or not. */
function recordsIn({ sessions, chats }: MemoryData): number {
  return sessions.size + chats.size + sum([...chats.values()].map(({ visits }) => visits.size));
}

/** How many users the lists of active users hold, over or not. */
function activeIn({ chats }: MemoryData): number {
  return sum([...chats.values()].map(({ activeUsers }) => activeUsers.count(-Infinity)));
}

describe('a sweep', () => {
  test('takes out as many records as it was told to, a session with many visits counting as many', async () => {
    const { data, clock, one } = await crowd({ chats: 30, guests: 10 });
    clock.advance(SESSION_TTL_MS);
    const before = recordsIn(data);
    expect(await one.storage.sweep({ now: clock.now, limit: 100 })).toBe(true);
    const gone = before - recordsIn(data);
    expect(gone).toBeLessThanOrEqual(100);
    // Each session has an end, too, that is found by looking for one more visit.
    expect(gone).toBeGreaterThanOrEqual(90);
  });

  test('takes out what is counted before anything else', async () => {
    const { data, clock, one } = await crowd({ chats: 30, guests: 10 });
    clock.advance(SESSION_TTL_MS);
    // One step for each guest, one to find that the host lives on.
    await one.storage.sweep({ now: clock.now, limit: 11 });
    expect(data.sessions.size).toBe(1);
  });

  test('looks at as many sessions that live on as it was told to', async () => {
    const { clock, one, chats, guests } = await crowd({ chats: 1, guests: 25 });
    clock.advance(MINUTE_MS);
    for (const guest of guests) await accepted(one.post(guest, chats[0]!, 'still here'));
    clock.advance(SESSION_TTL_MS - MINUTE_MS);
    const isMoreLeft = [];
    for (const _ of range(1, 3)) isMoreLeft.push(await one.storage.sweep({ now: clock.now, limit: 10 }));
    expect(isMoreLeft).toEqual([true, true, false]);
  });

  test('of all visits, session by session and chat by chat, leaves none of them anywhere', async () => {
    const { data, clock, one, chats, guests } = await crowd({ chats: 20, guests: 10 });
    const [host] = data.sessions.values();
    await one.closeChat(host!.user, chats[3]!);
    clock.advance(SESSION_TTL_MS);
    await one.storage.sweep({ now: clock.now, limit: 50 });
    await one.closeChat(host!.user, chats[7]!);
    await one.sweepAll(7);
    expect(data.leftoverVisits).toEqual([]);
    expect(recordsIn(data)).toBe(1 + 18 + 18);
    expect(guests.map(({ userId }) => data.sessions.has(userId))).not.toContain(true);
  });
});

describe('getting a chat', () => {
  test('takes nothing out but its own active users', async () => {
    const { data, clock, one, chats } = await crowd({ chats: 20, guests: 10 });
    clock.advance(SESSION_TTL_MS);
    const before = { records: recordsIn(data), active: activeIn(data) };
    expect(await one.getChat(chats[0]!)).toMatchObject({ activeUsers: { count: 0, users: [] } });
    expect({ records: recordsIn(data), active: activeIn(data) + 10 }).toEqual(before);
  });

  test('lets others have their turn while it takes out very many, and is right then', async () => {
    const { clock, one, chats, guests } = await crowd({ chats: 1, guests: 2 * STEPS_PER_TURN });
    clock.advance(SESSION_TTL_MS - 1);
    await accepted(one.post(guests[0]!, chats[0]!, 'I stay'));
    clock.advance(1);
    const order: string[] = [];
    const turn = setImmediate().then(() => order.push('turn'));
    const { activeUsers } = await accepted(one.getChat(chats[0]!));
    order.push('chat');
    await turn;
    expect(activeUsers).toMatchObject({ count: 1, users: [{ userId: guests[0]!.userId }] });
    expect(order).toEqual(['turn', 'chat']);
  });
});

describe('listing chats', () => {
  test('looks at no more chats than the page has, however many there are and wherever it begins', async () => {
    const { data, clock, one } = await crowd({ chats: 0, guests: 0 });
    const ann = await one.newSession('Ann');
    for (const _ of range(1, 1_000)) {
      await one.newChat(ann);
      clock.advance(1);
    }
    const looks = countEntries(data.listedChats);
    let after: ChatCursor | undefined;
    for (const _ of range(1, 50)) {
      const before = looks();
      after = (await one.listChats({ after, limit: 10 })).next;
      // Besides those of the page, the one that the last page ended with, and the one with which the next begins.
      expect(looks() - before).toBeLessThanOrEqual(12);
    }
    expect(looks()).toBeGreaterThanOrEqual(500);
  });

  test('ends a page early rather than take out more active users, and shows every chat right', async () => {
    const { data, clock, one, chats } = await crowd({ chats: 30, guests: 100 });
    clock.advance(SESSION_TTL_MS);
    const shown: string[] = [];
    let after: ChatCursor | undefined;
    do {
      const before = activeIn(data);
      const page = await one.listChats({ after });
      expect(before - activeIn(data)).toBeLessThanOrEqual(STEPS_PER_TURN + 100);
      for (const { id, activeUsers } of page.chats) {
        expect(activeUsers).toEqual({ count: 0, users: [] });
        shown.push(id);
      }
      after = page.next;
    } while (after !== undefined);
    expect(shown.toSorted()).toEqual(chats.map(({ id }) => id).toSorted());
  });

  test('ends a page, if need be an empty one, rather than pass over very many expired chats', async () => {
    const { data, clock, one } = await crowd({ chats: 0, guests: 0 });
    const ann = await one.newSession('Ann');
    const oldest = await one.newChat(ann);
    clock.advance(1);
    for (const _ of range(1, 2_500)) await one.newChat(ann, { ttlMs: MINUTE_MS });
    clock.advance(1);
    const newest = await one.newChat(ann);
    clock.advance(MINUTE_MS);
    const pages: (readonly string[])[] = [];
    let after: ChatCursor | undefined;
    do {
      const page = await one.listChats({ after, limit: 2 });
      pages.push(page.chats.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    expect(pages).toEqual([[newest.id], [], [oldest.id]]);
    expect(data.chats.size).toBe(2_502);
  });
});

describe('statistics', () => {
  test('take out a bounded number, and are exact when house-keeping has been there', async () => {
    const { data, clock, one } = await crowd({ chats: 1, guests: 2 * STEPS_PER_TURN });
    clock.advance(SESSION_TTL_MS);
    const before = recordsIn(data);
    await one.getStats();
    expect(before - recordsIn(data)).toBeLessThanOrEqual(STEPS_PER_TURN);
    await one.sweepAll(STEPS_PER_TURN);
    expect(await one.getStats()).toMatchObject({ users: 1 });
  });
});

describe('a new session where the limit is reached', () => {
  test('takes out one that expired, and none of its visits', async () => {
    const { data, clock, one } = await crowd({ chats: 30, guests: 10 });
    clock.advance(SESSION_TTL_MS);
    const before = recordsIn(data);
    await accepted(one.createSession({ maxUsers: 11 }));
    expect(recordsIn(data)).toBe(before);
    expect(data.sessions.size).toBe(11);
  });

  test('is refused rather than look at very many that live on, until house-keeping has been there', async () => {
    const { data, clock, one, chats, guests } = await crowd({ chats: 1, guests: STEPS_PER_TURN });
    clock.advance(1);
    await one.newSession('Leaving');
    const maxUsers = guests.length + 2;
    clock.advance(1);
    for (const guest of guests) await accepted(one.post(guest, chats[0]!, 'still here'));
    clock.advance(SESSION_TTL_MS - 1);
    await expectRefusal(one.createSession({ maxUsers }), 'USER_LIMIT_REACHED');
    await one.sweepAll();
    await accepted(one.createSession({ maxUsers }));
    await expectRefusal(one.createSession({ maxUsers }), 'USER_LIMIT_REACHED');
    expect(data.sessions.size).toBe(maxUsers);
  });
});

describe('a new chat where the limit is reached', () => {
  test('takes out one that expired', async () => {
    const { data, clock, one } = await crowd({ chats: 0, guests: 0 });
    const ann = await one.newSession('Ann');
    for (const _ of range(1, 20)) await one.newChat(ann, { ttlMs: MINUTE_MS });
    clock.advance(MINUTE_MS);
    await one.newChat(ann, { maxChats: 20 });
    expect(data.chats.size).toBe(20);
    await one.newChat(ann, { maxChatsPerUser: 20 });
    expect(data.chats.size).toBe(20);
    await expectRefusal(one.createChat(ann, { maxChatsPerUser: 2 }), 'USER_CHAT_LIMIT_REACHED');
  });
});

describe('the end of a session', () => {
  test('takes it from every chat where it was before it is acknowledged, and lets others have their turn', async () => {
    const { data, one, guests } = await crowd({ chats: STEPS_PER_TURN + 1, guests: 1 });
    const order: string[] = [];
    const turn = setImmediate().then(() => order.push('turn'));
    await one.endSession(guests[0]!);
    order.push('ended');
    await turn;
    expect(activeIn(data)).toBe(0);
    expect(order).toEqual(['turn', 'ended']);
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Counts the entries that an index gives out from now on. */
function countEntries(index: MemoryData['listedChats']): () => number {
  let count = 0;
  const entries = index.entries.bind(index);
  index.entries = (...from) => {
    const found = entries(...from);
    const next = found.next.bind(found);
    found.next = () => {
      count += 1;
      return next();
    };
    return found;
  };
  return () => count;
}

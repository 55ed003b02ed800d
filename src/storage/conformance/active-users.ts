/** Active users: who is shown with a chat, in which order, and when they leave. */

import { describe, expect } from 'vitest';

import { ACTIVITY_RESOLUTION_MS, MAX_ACTIVE_USERS_SHOWN } from '../../domain/limits.ts';
import { accepted } from './answers.ts';
import { asUser, type ChatId, type Handle, SESSION_TTL_MS } from './handle.ts';
import { MINUTE_MS, SECOND_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function activeUsers(test: StorageTest): void {
  describe('active users', () => {
    test('each is shown with name and last activity, the most recent first', async ({ one, other, clock }) => {
      const [ann, ben, cid] = [await one.newSession('Ann'), await one.newSession('Ben'), await one.newSession('Cid')];
      const chat = await one.newChat(ann);
      const shown = [];
      for (const [handle, user] of [
        [one, ben],
        [other, cid],
        [one, ann],
      ] as const) {
        clock.advance(MINUTE_MS);
        await accepted(handle.post(user, chat, 'hello'));
        shown.unshift({ ...asUser(user), lastActiveAt: clock.now });
      }
      expect(await activeIn(other, chat)).toEqual({ count: 3, users: shown });

      clock.advance(MINUTE_MS);
      await accepted(other.fetchUnread(ben, chat));
      const order = ['Ben', 'Ann', 'Cid'];
      expect((await activeIn(one, chat)).users.map(({ displayName }) => displayName)).toEqual(order);
      expect((await one.listChats()).chats[0]?.activeUsers).toEqual(await activeIn(other, chat));
    });

    test('all are counted, the most recent 20 are shown', async ({ one, other, clock }) => {
      const host = await one.newSession('Host');
      const chat = await one.newChat(host);
      const names = [];
      for (let count = 0; count < MAX_ACTIVE_USERS_SHOWN + 5; count++) {
        const handle = count % 2 === 0 ? one : other;
        clock.advance(SECOND_MS);
        await accepted(handle.fetchUnread(await handle.newSession(`Guest ${count}`), chat));
        names.unshift(`Guest ${count}`);
      }

      const { count, users } = await activeIn(other, chat);
      expect(count).toBe(MAX_ACTIVE_USERS_SHOWN + 5);
      expect(users.map(({ displayName }) => displayName)).toEqual(names.slice(0, MAX_ACTIVE_USERS_SHOWN));
      expect((await one.listChats()).chats[0]?.activeUsers).toEqual({ count, users });
    });

    test('only who was last active after the asked time is active', async ({ one, other, clock }) => {
      const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
      const chat = await one.newChat(ann);
      await accepted(one.fetchUnread(ann, chat));
      const annActiveAt = clock.now;
      clock.advance(MINUTE_MS);
      await accepted(other.fetchUnread(ben, chat));

      expect(await activeIn(one, chat, annActiveAt - 1)).toMatchObject({ count: 2 });
      expect(await activeIn(other, chat, annActiveAt)).toMatchObject({ count: 1, users: [{ displayName: 'Ben' }] });
      expect(await activeIn(one, chat, clock.now)).toEqual({ count: 0, users: [] });
    });

    test('activity that follows soon after is noted at most 10 s late', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      for (let turn = 0; turn < 12; turn++) {
        await accepted((turn % 2 === 0 ? one : other).fetchUnread(ann, chat));
        const lastActiveAt = (await activeIn(other, chat)).users[0]?.lastActiveAt;
        expect(lastActiveAt).toBeGreaterThan(clock.now - ACTIVITY_RESOLUTION_MS);
        expect(lastActiveAt).toBeLessThanOrEqual(clock.now);
        clock.advance(3_333);
      }
    });

    test('a user who goes on is active all the time, also where sessions live for a few seconds', async ({
      one,
      clock,
    }) => {
      const ttlMs = 5_000;
      const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben', { ttlMs })];
      const chat = await one.newChat(ann);
      for (let turn = 0; turn < 10; turn++) {
        await accepted(one.post(ben, chat, 'still here'));
        expect(await activeIn(one, chat, clock.now - ttlMs)).toMatchObject({ users: [{ displayName: 'Ben' }] });
        clock.advance(3_000);
      }
    });

    test('activity whose time is a little behind takes nobody back', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      await accepted(one.post(ann, chat, 'first'));
      await accepted(other.post(ann, chat, 'second', { now: clock.now - 50 }));

      expect(await activeIn(one, chat)).toEqual({ count: 1, users: [{ ...asUser(ann), lastActiveAt: clock.now }] });
    });

    test('users are active in the chats they are in, not in others', async ({ one, other }) => {
      const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
      const [first, second] = [await one.newChat(ann), await other.newChat(ann)];
      await accepted(one.fetchUnread(ann, first));
      await accepted(other.fetchUnread(ben, second));

      expect(await activeIn(other, first)).toMatchObject({ count: 1, users: [{ displayName: 'Ann' }] });
      expect(await activeIn(one, second)).toMatchObject({ count: 1, users: [{ displayName: 'Ben' }] });
    });

    test('a user whose session is ended leaves every list of active users', async ({ one, other }) => {
      const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
      const chats = [await one.newChat(ann), await other.newChat(ann)];
      for (const chat of chats) {
        await accepted(one.post(ann, chat, 'hello'));
        await accepted(other.post(ben, chat, 'hello'));
      }
      await one.endSession(ben);

      for (const chat of chats) {
        expect(await activeIn(other, chat)).toMatchObject({ count: 1, users: [{ displayName: 'Ann' }] });
      }
      for (const chat of (await other.listChats()).chats) expect(chat.activeUsers).toMatchObject({ count: 1 });
    });

    test('a user whose session expires leaves every list of active users', async ({ one, other, clock }) => {
      const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
      const chat = await one.newChat(ann);
      clock.advance(SESSION_TTL_MS - 1);
      await accepted(one.fetchUnread(ben, chat));
      await accepted(other.fetchUnread(ann, chat));
      expect(await activeIn(other, chat)).toMatchObject({ count: 2 });
      clock.advance(1);

      expect(await activeIn(other, chat)).toMatchObject({ count: 1, users: [{ displayName: 'Ann' }] });
      expect((await one.listChats()).chats[0]?.activeUsers).toMatchObject({ count: 1 });
    });

    for (const [name, ttlMs] of [
      ['without a lifetime', undefined],
      ['with a lifetime', 10 * SESSION_TTL_MS],
    ] as const) {
      test(`a user leaves every list at the end that the closing of their chat ${name} has brought nearer`, async ({
        one,
        other,
        clock,
      }) => {
        const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
        const chats = [await one.newChat(ben), await other.newChat(ben)];
        const own = await other.newChat(ann, { ttlMs });
        for (const chat of chats) await accepted(one.fetchUnread(ann, chat));
        const visited = [clock.now, ann.userId];
        for (const looks of [2, 0]) {
          clock.advance(3 * SESSION_TTL_MS);
          for (const chat of chats.slice(0, looks)) expect(await lastIn(one, chat)).toEqual(visited);
        }
        await other.closeChat(ann, own);
        clock.advance(SESSION_TTL_MS - 1);
        for (const chat of chats) expect(await lastIn(other, chat)).toEqual(visited);
        clock.advance(1);

        for (const chat of chats) expect(await activeIn(one, chat)).toEqual({ count: 0, users: [] });
        for (const chat of (await other.listChats()).chats) expect(chat.activeUsers.count).toBe(0);
      });
    }

    test('of many whose sessions expire at once nobody stays in any list', async ({ one, other, clock }) => {
      const host = await one.newSession('Host');
      const chats = [await one.newChat(host), await other.newChat(host), await one.newChat(host)];
      const guests = await race([one, other], 60, (handle) => handle.newSession());
      for (const chat of chats) {
        await race([one, other], 60, (handle, turn) => accepted(handle.fetchUnread(guests[turn]!, chat)));
      }
      await accepted(one.post(host, chats[0]!, 'last orders'));
      clock.advance(MINUTE_MS);
      for (const guest of guests.slice(0, 7)) await accepted(other.post(guest, chats[1]!, 'I stay'));
      clock.advance(SESSION_TTL_MS - MINUTE_MS);

      expect(await activeIn(other, chats[2]!)).toMatchObject({ count: 7 });
      const counts = (await one.listChats()).chats.map(({ id, activeUsers }) => [id, activeUsers.count]);
      expect(Object.fromEntries(counts)).toEqual({ [chats[0]!.id]: 8, [chats[1]!.id]: 7, [chats[2]!.id]: 7 });
      await one.sweepAll(7);
      expect((await other.listChats()).chats.map(({ id, activeUsers }) => [id, activeUsers.count])).toEqual(counts);
    });

    test('a post alone keeps its author active and in the list as long as the session', async ({
      one,
      other,
      clock,
    }) => {
      const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
      const chat = await one.newChat(ann);
      clock.advance(SESSION_TTL_MS - 1);
      await accepted(one.post(ben, chat, 'prolonged'));
      clock.advance(SESSION_TTL_MS - 1);

      expect(await activeIn(other, chat)).toMatchObject({ count: 1, users: [{ displayName: 'Ben' }] });
    });
  });
}

/** When the only user of a chat was last active, and who it is. */
async function lastIn(handle: Handle, chat: ChatId): Promise<readonly [number, string]> {
  const { count, users } = await activeIn(handle, chat);
  expect(count).toBe(1);
  return [users[0]!.lastActiveAt, users[0]!.userId];
}

async function activeIn(handle: Handle, chat: ChatId, activeSince = 0) {
  return (await accepted(handle.getChat(chat, activeSince))).activeUsers;
}

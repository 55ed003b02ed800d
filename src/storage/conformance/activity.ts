/** Activity: which calls make a user active in a chat. */

import { describe, expect } from 'vitest';

import { MAX_USERS_PER_NOTE } from '../../domain/limits.ts';
import { accepted, expectInvalid, expectRefusal } from './answers.ts';
import { type ChatId, type Handle, SESSION_TTL_MS, type Visitor } from './handle.ts';
import { MINUTE_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

type Deed = (handle: Handle, user: Visitor, chat: ChatId) => Promise<unknown>;

const NOTED: Readonly<Record<string, Deed>> = {
  posting: (handle, user, chat) => handle.post(user, chat, 'hello'),
  'listing messages': (handle, user, chat) => handle.listMessages(user, chat),
  'listing messages without marking them': (handle, user, chat) => handle.listMessages(user, chat, { markRead: false }),
  'fetching unread': (handle, user, chat) => handle.fetchUnread(user, chat),
  'fetching unread safely': (handle, user, chat) => handle.fetchUnread(user, chat, { ackSeq: 0 }),
  'marking as read': (handle, user, chat) => handle.markRead(user, chat, 0),
  'having a stream open': (handle, user, chat) => handle.noteActivity(chat, user),
};

const NOT_NOTED: Readonly<Record<string, Deed>> = {
  'creating a chat': (handle, user) => handle.createChat(user),
  'getting a chat': (handle, _user, chat) => handle.getChat(chat),
  'listing chats': (handle) => handle.listChats(),
  'reading for a stream': (handle, _user, chat) => handle.readMessages(chat),
  'listing unread counts': (handle, user) => handle.listUnreadCounts(user),
  authenticating: (handle, user) => handle.authenticate(user),
};

export function activity(test: StorageTest): void {
  describe('activity', () => {
    for (const [name, act] of Object.entries(NOTED)) {
      test(`${name} makes a user active in the chat`, async ({ one, other, clock }) => {
        const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
        const chat = await one.newChat(host);
        expect(await activeIn(other, chat)).toEqual([]);
        await act(one, ann, chat);
        const first = clock.now;
        expect(await activeIn(other, chat)).toEqual([[ann.userId, first]]);

        clock.advance(MINUTE_MS);
        await act(other, ann, chat);
        expect(await activeIn(one, chat)).toEqual([[ann.userId, first + MINUTE_MS]]);
      });
    }

    for (const [name, act] of Object.entries(NOT_NOTED)) {
      test(`${name} makes nobody active`, async ({ one, other, clock }) => {
        const ann = await one.newSession();
        const chat = await one.newChat(ann);
        await act(one, ann, chat);
        expect(await activeIn(other, chat)).toEqual([]);

        await one.noteActivity(chat, ann);
        const notedAt = clock.now;
        clock.advance(MINUTE_MS);
        await act(other, ann, chat);
        expect(await activeIn(one, chat)).toEqual([[ann.userId, notedAt]]);
      });
    }

    test('a refused call makes nobody active', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host, { readOnly: true });
      await expectRefusal(one.post(ann, chat, 'may I?'), 'CHAT_READ_ONLY');
      await expectInvalid(other.fetchUnread(ann, chat, { ackSeq: 1 }), 'ack_seq');
      await expectInvalid(one.markRead(ann, chat, 1), 'seq');
      await expectRefusal(other.closeChat(ann, chat), 'NOT_CHAT_CREATOR');

      expect(await activeIn(other, chat)).toEqual([]);
    });

    test('many users with open streams are noted at once, an ended or expired session is passed over', async ({
      one,
      other,
      clock,
    }) => {
      const expired = await one.newSession('Expired');
      clock.advance(MINUTE_MS);
      const [host, ended] = [await one.newSession('Host'), await one.newSession('Ended')];
      const chat = await one.newChat(host);
      const guests = [];
      for (const handle of [one, other, one]) guests.push(await handle.newSession('Guest'));
      await other.endSession(ended);
      clock.moveTo((await one.session(expired)).expiresAt);
      await one.noteActivity(chat, expired, ...guests, ended, host);

      const here = Object.fromEntries([...guests, host].map(({ userId }) => [userId, clock.now]));
      expect(Object.fromEntries(await activeIn(other, chat))).toEqual(here);
    });

    test('as many users as one call may name are noted at once', async ({ one, other }) => {
      const host = await one.newSession('Host');
      const chat = await one.newChat(host);
      const guests = await race([one, other], MAX_USERS_PER_NOTE, (handle) => handle.newSession('Guest'));
      await other.noteActivity(chat, ...guests);

      expect(await one.getChat(chat)).toMatchObject({ activeUsers: { count: MAX_USERS_PER_NOTE } });
    });

    test('activity in a chat that is closed, expired or unknown is passed over', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const [closed, expired] = [await one.newChat(ann), await one.newChat(ann, { ttlMs: MINUTE_MS })];
      await one.closeChat(ann, closed);
      clock.advance(MINUTE_MS);

      for (const chat of [closed, expired, { id: one.newId() }]) {
        expect(await other.noteActivity(chat, ann)).toBeUndefined();
        await expectRefusal(one.getChat(chat), 'CHAT_NOT_FOUND');
      }
    });

    test('activity by an open stream does not prolong the session', async ({ one, other, clock }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      clock.advance(SESSION_TTL_MS - 1);
      await other.noteActivity(chat, ann);
      clock.advance(1);

      await expectRefusal(one.authenticate(ann), 'UNAUTHENTICATED');
    });
  });
}

async function activeIn(handle: Handle, chat: ChatId): Promise<readonly (readonly [string, number])[]> {
  const { activeUsers } = await accepted(handle.getChat(chat));
  expect(activeUsers.count).toBe(activeUsers.users.length);
  return activeUsers.users.map(({ userId, lastActiveAt }) => [userId, lastActiveAt] as const);
}

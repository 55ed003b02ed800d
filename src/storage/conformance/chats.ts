/** Chats: what is fixed at their creation, what they show, how they close. */

import { describe, expect } from 'vitest';

import { NEVER } from '../../domain/lifetime.ts';
import { MAX_CHAT_TTL_MS, MAX_SEQ } from '../../domain/limits.ts';
import { accepted, expectRefusal, tally } from './answers.ts';
import { asUser, type ChatId, type Handle, SESSION_TTL_MS, type Visitor } from './handle.ts';
import { HOUR_MS, SECOND_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function chats(test: StorageTest): void {
  describe('chats', () => {
    test('a new chat shows all its settings, and nobody and nothing in it', async ({ one, other, clock }) => {
      const ann = await one.newSession('Ann');
      const settings = {
        id: one.newId(),
        title: 'Tea at five',
        maxMessages: 7,
        readOnly: true,
        unlisted: true,
        ttlMs: HOUR_MS,
      };
      const created = await one.createChat(ann, settings);

      expect(created).toEqual({
        ...settings,
        creator: asUser(ann),
        createdAt: clock.now,
        expiresAt: clock.now + HOUR_MS,
        messageCount: 0,
        lastMessageAt: undefined,
        activeUsers: { count: 0, users: [] },
      });
      expect(await other.getChat(settings)).toEqual(created);
    });

    test('a chat without a lifetime or a title shows neither', async ({ one, other }) => {
      const chat = await one.newChat(await one.newSession());
      expect(await other.getChat(chat)).toMatchObject({ title: '', ttlMs: undefined, expiresAt: NEVER });
    });

    test('the largest numbers a chat may have are kept exactly', async ({ one, other, clock }) => {
      const chat = await one.newChat(await one.newSession(), { maxMessages: MAX_SEQ, ttlMs: MAX_CHAT_TTL_MS });
      const expiresAt = clock.now + MAX_CHAT_TTL_MS;
      expect(await other.getChat(chat)).toMatchObject({ maxMessages: MAX_SEQ, ttlMs: MAX_CHAT_TTL_MS, expiresAt });
    });

    test('an unlisted chat is in no list, and open to whoever has its id', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const hidden = await one.newChat(ann, { unlisted: true });
      const listed = await one.newChat(ann);
      await accepted(other.post(ben, hidden, 'found it'));

      expect((await other.listChats()).chats.map(({ id }) => id)).toEqual([listed.id]);
      expect(await one.getChat(hidden)).toMatchObject({ id: hidden.id, messageCount: 1 });
      expect(await one.fetchUnread(ben, hidden)).toMatchObject({ messages: [{ text: 'found it' }] });
    });

    test('in a read-only chat only the creator posts, and everybody reads', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ann');
      const chat = await one.newChat(ann, { readOnly: true });
      await expectRefusal(other.post(ben, chat, 'may I?'), 'CHAT_READ_ONLY');
      await accepted(other.post(ann, chat, 'hear, hear'));

      expect(await other.fetchUnread(ben, chat)).toMatchObject({ messages: [{ seq: 1, text: 'hear, hear' }] });
      expect(await one.getChat(chat)).toMatchObject({ messageCount: 1 });
    });

    test('a chat shows how many messages it keeps and when the last one came', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 3 });
      for (const messageCount of [1, 2, 3, 3, 3]) {
        clock.advance(SECOND_MS);
        await accepted(one.post(ann, chat, 'tick'));
        expect(await other.getChat(chat)).toMatchObject({ messageCount, lastMessageAt: clock.now });
      }
    });

    test('looking at a chat changes nothing', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      await accepted(one.post(ann, chat, 'hello'));
      const before = await one.getChat(chat);

      expect(await other.getChat(chat)).toEqual(before);
      await other.listChats();
      await accepted(other.readMessages(chat));
      expect(await one.getChat(chat)).toEqual(before);
    });

    test('a chat that never was is not found by any operation', async ({ one, other }) => {
      const ann = await one.newSession();
      await expectNoChat({ id: one.newId() }, ann, [one, other]);
    });

    test('a closed chat is gone at once for every operation on every handle', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const chat = await one.newChat(ann);
      const stays = await one.newChat(ann);
      await accepted(other.post(ben, chat, 'is this the end?', { clientMessageId: 'a' }));
      await accepted(other.fetchUnread(ben, chat));
      expect(await one.closeChat(ann, chat)).toBeUndefined();

      await expectNoChat(chat, ann, [other, one]);
      await expectNoChat(chat, ben, [other, one]);
      await expectRefusal(other.post(ben, chat, 'is this the end?', { clientMessageId: 'a' }), 'CHAT_NOT_FOUND');
      expect((await other.listChats()).chats.map(({ id }) => id)).toEqual([stays.id]);
      expect((await other.listUnreadCounts(ben)).counts).toEqual([]);
      await other.noteActivity(chat, ben);
      await expectNoChat(chat, ben, [one, other]);
    });

    test('only its creator closes a chat', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ann');
      const chat = await one.newChat(ann);
      await accepted(one.post(ben, chat, 'mine now'));
      const before = await one.getChat(chat);
      await expectRefusal(other.closeChat(ben, chat), 'NOT_CHAT_CREATOR');

      expect(await other.getChat(chat)).toEqual(before);
    });

    test('an operator closes any chat, listed or not, with what follows from a closing', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      for (const unlisted of [false, true]) {
        const chat = await one.newChat(ann, { unlisted });
        await accepted(other.post(ben, chat, 'spam'));
        clock.advance(SECOND_MS);
        expect(await other.closeAnyChat(chat)).toBeUndefined();

        await expectNoChat(chat, ann, [one, other]);
        await expectRefusal(one.closeAnyChat(chat), 'CHAT_NOT_FOUND');
        expect(await one.session(ann)).toMatchObject({ expiresAt: clock.now + SESSION_TTL_MS });
      }
      expect((await one.listChats({ unlisted: true })).chats).toEqual([]);
      expect(await one.getStats()).toMatchObject({ users: 2, chats: 0, messages: 0 });
    });

    test('an operator closes no chat that never was or is over', async ({ one, other, clock }) => {
      const chat = await one.newChat(await one.newSession(), { ttlMs: SECOND_MS });
      clock.advance(SECOND_MS);
      await expectRefusal(other.closeAnyChat(chat), 'CHAT_NOT_FOUND');
      await expectRefusal(other.closeAnyChat({ id: one.newId() }), 'CHAT_NOT_FOUND');
    });

    test('of an operator and a creator who close at once one closes', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const results = await race([one, other], 20, (handle, turn) =>
        turn % 3 === 0 ? handle.closeAnyChat(chat) : handle.closeChat(ann, chat),
      );
      expect(tally(results)).toEqual({ accepted: 1, CHAT_NOT_FOUND: 19 });
    });

    test('of many closings at once one closes', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const results = await race([one, other], 20, (handle) => handle.closeChat(ann, chat));
      expect(tally(results)).toEqual({ accepted: 1, CHAT_NOT_FOUND: 19 });
    });

    test('closing a chat leaves the creator’s other chats and their messages', async ({ one, other }) => {
      const ann = await one.newSession();
      const [first, second] = [await one.newChat(ann), await other.newChat(ann)];
      await accepted(one.post(ann, second, 'stays'));
      await other.closeChat(ann, first);

      expect(await one.getChat(second)).toMatchObject({ messageCount: 1 });
      expect(await other.readMessages(second)).toMatchObject({ messages: [{ text: 'stays' }] });
    });
  });
}

/** Expects every operation that names a chat to find none. */
export async function expectNoChat(chat: ChatId, user: Visitor, handles: readonly Handle[]): Promise<void> {
  for (const handle of handles) {
    await expectRefusal(handle.getChat(chat), 'CHAT_NOT_FOUND');
    await expectRefusal(handle.post(user, chat, 'anybody?'), 'CHAT_NOT_FOUND');
    await expectRefusal(handle.listMessages(user, chat), 'CHAT_NOT_FOUND');
    await expectRefusal(handle.fetchUnread(user, chat), 'CHAT_NOT_FOUND');
    await expectRefusal(handle.markRead(user, chat, 0), 'CHAT_NOT_FOUND');
    await expectRefusal(handle.readMessages(chat), 'CHAT_NOT_FOUND');
    await expectRefusal(handle.closeChat(user, chat), 'CHAT_NOT_FOUND');
  }
}

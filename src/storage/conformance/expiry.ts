/** Expiry of chats: open until just before the deadline, gone at it, whether or not anybody has cleaned up. */

import { describe, expect } from 'vitest';

import { MAX_CHAT_TTL_MS } from '../../domain/limits.ts';
import { accepted } from './answers.ts';
import { expectNoChat } from './chats.ts';
import { SESSION_TTL_MS } from './handle.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './moved-clock.ts';
import { postInTurn } from './post-in-turn.ts';
import type { StorageTest } from './scene.ts';

const LIFETIMES: Readonly<Record<string, number>> = {
  'one second': SECOND_MS,
  'one and a half hours and a millisecond': 90 * MINUTE_MS + 1,
  '40 days': 40 * DAY_MS,
  '100 years': MAX_CHAT_TTL_MS,
};

export function expiry(test: StorageTest): void {
  describe('expiry of chats', () => {
    for (const [name, ttlMs] of Object.entries(LIFETIMES)) {
      test(`a chat with a lifetime of ${name} is open until just before its end and gone at it`, async ({
        one,
        other,
        clock,
      }) => {
        const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
        const shelter = await one.newChat(ben);
        const chat = await one.newChat(ann, { ttlMs });
        expect(chat.expiresAt).toBe(clock.now + ttlMs);
        const posted = await postInTurn([one, other], ben, chat, 2);

        clock.moveTo(chat.expiresAt - 1);
        expect(await other.getChat(chat)).toMatchObject({ expiresAt: chat.expiresAt, messageCount: 2 });
        expect(await one.readMessages(chat)).toMatchObject({ messages: posted, expiresAt: chat.expiresAt });
        expect(await other.fetchUnread(ben, chat)).toMatchObject({ messages: posted });
        expect(await one.post(ben, chat, 'the last word')).toMatchObject({ seq: 3 });
        expect((await other.listChats()).chats.map(({ id }) => id).toSorted()).toEqual(
          [shelter.id, chat.id].toSorted(),
        );

        clock.moveTo(chat.expiresAt);
        await expectNoChat(chat, ben, [other, one]);
        await expectNoChat(chat, ann, [other, one]);
        expect((await one.listChats()).chats.map(({ id }) => id)).toEqual([shelter.id]);
      });
    }

    test('house-keeping on the way does not end a long lifetime early', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const month = await one.newChat(ann, { ttlMs: 40 * DAY_MS });
      const century = await other.newChat(ann, { ttlMs: MAX_CHAT_TTL_MS });
      const posted = await postInTurn([one, other], ann, month, 2);
      const lasting = await postInTurn([one, other], ann, century, 2);
      for (const passedMs of [HOUR_MS, 24 * DAY_MS, 25 * DAY_MS, 40 * DAY_MS]) {
        clock.moveTo(month.createdAt + passedMs - 1);
        for (const handle of [one, other]) await handle.sweepAll();
        expect(await other.readMessages(month)).toMatchObject({ messages: posted });
      }
      for (const passedMs of [41 * DAY_MS, 50 * 365 * DAY_MS, MAX_CHAT_TTL_MS]) {
        clock.moveTo(century.createdAt + passedMs - 1);
        for (const handle of [one, other]) await handle.sweepAll();
        expect(await one.readMessages(century)).toMatchObject({ messages: lasting });
      }
      expect(await other.session(ann)).toMatchObject({ expiresAt: century.expiresAt + SESSION_TTL_MS });
    });

    test('a chat stays gone after it was swept away', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { ttlMs: MINUTE_MS });
      await postInTurn([one, other], ann, chat, 3);
      clock.advance(2 * MINUTE_MS);
      await other.sweepAll();

      await expectNoChat(chat, ann, [one, other]);
    });

    test('chats that expire at different times go one by one', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chats = [];
      for (const minutes of [3, 1, 2, 4]) {
        const handle = minutes % 2 === 0 ? one : other;
        chats.push(await accepted(handle.createChat(ann, { ttlMs: minutes * MINUTE_MS })));
      }
      for (const handle of [one, other, one, other]) {
        const open = chats.filter(({ expiresAt }) => expiresAt > clock.now).map(({ id }) => id);
        expect((await handle.listChats()).chats.map(({ id }) => id).toSorted()).toEqual(open.toSorted());
        clock.advance(MINUTE_MS);
      }
      expect((await one.listChats()).chats).toEqual([]);
    });
  });
}

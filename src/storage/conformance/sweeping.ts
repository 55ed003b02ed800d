/** House-keeping: it comes to an end and nobody can tell whether it has been there. */

import { describe, expect } from 'vitest';

import { accepted, range, seqsOf } from './answers.ts';
import { compareStorages } from './compare-storages.ts';
import { type Handle, SESSION_TTL_MS } from './handle.ts';
import { DAY_MS, MINUTE_MS } from './moved-clock.ts';
import { postInTurn } from './post-in-turn.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function sweeping(test: StorageTest): void {
  describe('house-keeping', () => {
    test('has nothing to do where nothing is', async ({ one, other, clock }) => {
      expect(await one.storage.sweep({ now: clock.now, limit: 10 })).toBe(false);
      expect(await other.storage.sweep({ now: clock.now, limit: 10 })).toBe(false);
    });

    test('comes to an end in batches of any size, on both handles by turns', async ({ one, other, clock }) => {
      for (const limit of [1, 2, 1_000]) {
        const ann = await one.newSession();
        for (let count = 0; count < 5; count++) {
          const chat = await one.newChat(ann, { ttlMs: MINUTE_MS, maxMessages: 3 });
          await postInTurn([one, other], ann, chat, 5);
          await accepted(other.post(ann, chat, 'once', { clientMessageId: 'a' }));
        }
        clock.advance(DAY_MS);
        let batches = 0;
        while (await (batches % 2 === 0 ? one : other).storage.sweep({ now: clock.now, limit })) {
          expect(++batches).toBeLessThan(1_000);
        }
        expect(await one.storage.sweep({ now: clock.now, limit })).toBe(false);
        expect(await other.storage.sweep({ now: clock.now, limit })).toBe(false);
      }
    });

    test('changes no answer about what is there, has gone or is about to go', async ({ one, other, clock }) => {
      const [ann, ben] = [await one.newSession('Ann'), await other.newSession('Ben')];
      const chats = [
        await one.newChat(ann, { maxMessages: 3 }),
        await other.newChat(ann, { maxMessages: 2, ttlMs: SESSION_TTL_MS }),
        await one.newChat(ann, { unlisted: true, ttlMs: SESSION_TTL_MS + 1 }),
        await other.newChat(ann),
      ];
      for (const chat of chats) {
        await postInTurn([one, other], ben, chat, 4);
        await accepted(other.post(ann, chat, 'once', { clientMessageId: 'a' }));
        await postInTurn([one, other], ben, chat, 2);
      }
      await one.closeChat(ann, chats[3]!);

      const look = async (handle: Handle): Promise<unknown> => ({
        sessions: await Promise.all([ann, ben].map((user) => handle.authenticate(user))),
        messages: await Promise.all(chats.map((chat) => handle.readMessages(chat))),
        pages: await Promise.all(chats.map((chat) => handle.listMessages(ann, chat, { markRead: false }))),
        unread: await Promise.all(chats.map((chat) => handle.fetchUnread(ann, chat, { ackSeq: 0 }))),
        counts: await handle.listUnreadCounts(ann),
        repeat: await handle.post(ann, chats[0]!, 'once', { clientMessageId: 'a' }),
        chats: await Promise.all(chats.map((chat) => handle.getChat(chat))),
        list: await handle.listChats(),
      });
      for (const stepMs of [0, SESSION_TTL_MS - 1, 1, 1, 5_000, MINUTE_MS]) {
        clock.advance(stepMs);
        // The first look is activity, and perhaps the first post of a forgotten id.
        await look(other);
        const before = await look(one);
        await other.sweepAll(2);
        expect(await look(one)).toEqual(before);
        await one.sweepAll();
        expect(await look(other)).toEqual(before);
      }
    });

    test('may run on both handles while all else goes on', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 10 });
      for (let count = 0; count < 10; count++) await other.newChat(ann, { ttlMs: MINUTE_MS });
      clock.advance(MINUTE_MS);
      await race([one, other], 80, async (handle, turn) => {
        if (turn % 4 < 2) await handle.storage.sweep({ now: clock.now, limit: 3 });
        else await accepted(handle.post(ann, chat, 'x'));
      });

      const { messages, kept } = await accepted(other.readMessages(chat));
      expect(kept).toEqual({ first: 31, last: 40 });
      expect(seqsOf(messages)).toEqual(range(31, 40));
      expect((await one.listChats()).chats.map(({ id }) => id)).toEqual([chat.id]);
    });

    for (const seed of range(1, 6)) {
      test(`a storage that is swept all the time answers like one that never is (seed ${seed})`, async ({
        data,
        otherData,
      }) => {
        await compareStorages(otherData.handles[0], data.handles[0], seed, 300, { sweepSecond: true });
      });
    }
  });
}

/** The limits of open chats, of the server and of one user: exact whatever races, and when a place becomes free. */

import { describe, expect } from 'vitest';

import type { Chat } from '../../domain/models.ts';
import { accepted, acceptedOnly, expectRefusal, tally } from './answers.ts';
import { SESSION_TTL_MS } from './handle.ts';
import { MINUTE_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function chatLimits(test: StorageTest): void {
  describe('the limit of chats', () => {
    test('opens exactly 20 of 60 when the limit is 20 and all come at once', async ({ one, other }) => {
      const creators = [await one.newSession('Ann'), await other.newSession('Ben'), await one.newSession('Cid')];
      const results = await race([one, other], 60, (handle, turn) =>
        handle.createChat(creators[turn % 3]!, { maxChats: 20 }),
      );

      expect(tally(results)).toEqual({ accepted: 20, CHAT_LIMIT_REACHED: 40 });
      const ids = acceptedOnly(results).map(({ id }) => id);
      expect((await other.listChats()).chats.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      await expectRefusal(one.createChat(creators[0]!, { maxChats: 20 }), 'CHAT_LIMIT_REACHED');
    });

    test('gives one free place to exactly one of many takers', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const chat = await one.newChat(ann);
      for (let count = 1; count < 4; count++) await other.newChat(ann);
      await one.closeChat(ann, chat);

      const results = await race([one, other], 30, (handle) => handle.createChat(ben, { maxChats: 4 }));
      expect(tally(results)).toEqual({ accepted: 1, CHAT_LIMIT_REACHED: 29 });
    });

    test('never overshoots while chats close and others open', async ({ one, other }) => {
      const ann = await one.newSession();
      const closing: Chat[] = [];
      for (let count = 0; count < 10; count++) closing.push(await one.newChat(ann));
      const results = await race([one, other], 40, async (handle, turn) => {
        const closed = turn % 4 === 0 ? closing[turn / 4] : undefined;
        if (closed !== undefined) await handle.closeChat(ann, closed);
        return handle.createChat(ann, { maxChats: 10 });
      });

      const opened = tally(results)['accepted'] ?? 0;
      expect(opened).toBeLessThanOrEqual(10);
      expect((await one.listChats()).chats).toHaveLength(opened);
      const rest = await race([one, other], 20, (handle) => handle.createChat(ann, { maxChats: 10 }));
      expect(opened + (tally(rest)['accepted'] ?? 0)).toBe(10);
    });

    test('counts unlisted chats too', async ({ one, other }) => {
      const ann = await one.newSession();
      await one.newChat(ann, { unlisted: true });
      await expectRefusal(other.createChat(ann, { maxChats: 1 }), 'CHAT_LIMIT_REACHED');
      await expectRefusal(other.createChat(ann, { maxChatsPerUser: 1 }), 'USER_CHAT_LIMIT_REACHED');
    });

    test('has no limit when it is 0', async ({ one, other }) => {
      const ann = await one.newSession();
      const results = await race([one, other], 30, (handle) => handle.createChat(ann));
      expect(tally(results)).toEqual({ accepted: 30 });
    });

    test('judges each call by the limits that come with it', async ({ one, other }) => {
      const ann = await one.newSession();
      for (let count = 0; count < 4; count++) await one.newChat(ann);
      await expectRefusal(other.createChat(ann, { maxChats: 3 }), 'CHAT_LIMIT_REACHED');
      await expectRefusal(other.createChat(ann, { maxChatsPerUser: 3 }), 'USER_CHAT_LIMIT_REACHED');
      await accepted(other.createChat(ann, { maxChats: 5, maxChatsPerUser: 5 }));
      await expectRefusal(one.createChat(ann, { maxChats: 5 }), 'CHAT_LIMIT_REACHED');
      await expectRefusal(one.createChat(ann, { maxChatsPerUser: 5 }), 'USER_CHAT_LIMIT_REACHED');
    });

    test('a closed chat’s place is free at once, for the server and for its creator', async ({ one, other }) => {
      const ann = await one.newSession();
      const limits = { maxChats: 1, maxChatsPerUser: 1 };
      for (const [opener, closer] of [
        [one, other],
        [other, one],
        [one, one],
      ] as const) {
        const chat = await opener.newChat(ann, limits);
        await expectRefusal(closer.createChat(ann, { maxChats: 1 }), 'CHAT_LIMIT_REACHED');
        await closer.closeChat(ann, chat);
      }
    });

    test('an expired chat’s place is free at its deadline and not before', async ({ one, other, clock }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const limits = { maxChats: 1, maxChatsPerUser: 1 };
      const first = await one.newChat(ann, { ttlMs: MINUTE_MS, ...limits });
      clock.moveTo(first.expiresAt - 1);
      await expectRefusal(other.createChat(ben, { maxChats: 1 }), 'CHAT_LIMIT_REACHED');
      await expectRefusal(other.createChat(ann, { maxChatsPerUser: 1 }), 'USER_CHAT_LIMIT_REACHED');
      clock.moveTo(first.expiresAt);

      const results = await race([one, other], 10, (handle) => handle.createChat(ann, limits));
      expect(tally(results)).toEqual({ accepted: 1, USER_CHAT_LIMIT_REACHED: 9 });
    });

    test('an expired chat’s place at the server is free for others too', async ({ one, other, clock }) => {
      const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
      const ttls = [3 * MINUTE_MS, MINUTE_MS, 2 * MINUTE_MS];
      for (const ttlMs of ttls) await one.newChat(ann, { ttlMs });
      for (let expired = 1; expired <= ttls.length; expired++) {
        await expectRefusal(other.createChat(ben, { maxChats: 3 }), 'CHAT_LIMIT_REACHED');
        clock.advance(MINUTE_MS);
        const results = await race([one, other], 4, (handle) => handle.createChat(ben, { maxChats: 3 }));
        expect(tally(results)).toEqual({ accepted: 1, CHAT_LIMIT_REACHED: 3 });
      }
    });

    test('the places of an ended session’s chats are free at once', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      for (let count = 0; count < 3; count++) await one.newChat(ann);
      await other.endSession(ann, true);

      const results = await race([one, other], 10, (handle) => handle.createChat(ben, { maxChats: 3 }));
      expect(tally(results)).toEqual({ accepted: 3, CHAT_LIMIT_REACHED: 7 });
    });

    test('a chat refused by the server’s limit does not exist and changes nothing for its creator', async ({
      one,
      other,
    }) => {
      const ann = await one.newSession('Ann');
      const chat = await one.newChat(await one.newSession('Ben'));
      const before = await one.session(ann);
      const refused = { id: one.newId() };
      await expectRefusal(one.createChat(ann, { ...refused, maxChats: 1, maxChatsPerUser: 1 }), 'CHAT_LIMIT_REACHED');

      expect(await other.session(ann)).toEqual(before);
      await expectRefusal(other.getChat(refused), 'CHAT_NOT_FOUND');
      expect((await other.listChats()).chats.map(({ id }) => id)).toEqual([chat.id]);
      expect((await other.listUnreadCounts(ann)).counts).toEqual([]);
      expect(await one.getStats()).toMatchObject({ chats: 1 });
      await accepted(other.createChat(ann, { maxChats: 2, maxChatsPerUser: 1 }));
    });

    test('a refused chat prolongs nothing, also after a chat of its creator expired', async ({ one, other, clock }) => {
      const ann = await one.newSession('Ann');
      await one.newChat(await one.newSession('Ben'));
      const expired = await one.newChat(ann, { ttlMs: MINUTE_MS });
      clock.advance(2 * MINUTE_MS);
      await expectRefusal(other.createChat(ann, { maxChats: 1 }), 'CHAT_LIMIT_REACHED');

      expect(await one.session(ann)).toMatchObject({ expiresAt: expired.expiresAt + SESSION_TTL_MS });
    });

    test('a chat refused by the user’s limit takes no place at the server', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      await one.newChat(ann);
      await expectRefusal(other.createChat(ann, { maxChats: 2, maxChatsPerUser: 1 }), 'USER_CHAT_LIMIT_REACHED');

      await accepted(one.createChat(ben, { maxChats: 2 }));
    });
  });

  describe('the limit of chats per user', () => {
    test('opens exactly 5 of 30 when the limit is 5 and all come at once', async ({ one, other }) => {
      const ann = await one.newSession();
      const results = await race([one, other], 30, (handle) => handle.createChat(ann, { maxChatsPerUser: 5 }));

      expect(tally(results)).toEqual({ accepted: 5, USER_CHAT_LIMIT_REACHED: 25 });
      expect((await other.listChats()).chats).toHaveLength(5);
      expect((await other.listUnreadCounts(ann)).counts).toHaveLength(5);
    });

    test('counts each user’s own chats only', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ann');
      const results = await race([one, other], 20, (handle, turn) =>
        handle.createChat(turn % 4 < 2 ? ann : ben, { maxChatsPerUser: 3 }),
      );
      expect(tally(results)).toEqual({ accepted: 6, USER_CHAT_LIMIT_REACHED: 14 });
    });

    test('holds together with the limit of the server when both race', async ({ one, other }) => {
      const creators = [await one.newSession('Ann'), await one.newSession('Ben'), await other.newSession('Cid')];
      const results = await race([one, other], 45, (handle, turn) =>
        handle.createChat(creators[turn % 3]!, { maxChats: 7, maxChatsPerUser: 3 }),
      );

      expect(tally(results)['accepted']).toBe(7);
      const owners = acceptedOnly(results).map(({ creator }) => creator.userId);
      for (const { userId } of creators) {
        expect(owners.filter((owner) => owner === userId).length).toBeLessThanOrEqual(3);
      }
    });
  });
}

/** Statistics: the figures of the whole server, on the handle that did the work and on the other. */

import { setTimeout } from 'node:timers/promises';

import { describe, expect } from 'vitest';

import type { Stats } from '../../domain/models.ts';
import { RECENT_RESOLUTION_MS, RECENT_WINDOW_MS } from '../../domain/limits.ts';
import { accepted, expectRefusal, tally } from './answers.ts';
import { type Handle, SESSION_TTL_MS } from './handle.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from './moved-clock.ts';
import { postInTurn } from './post-in-turn.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

/** What has expired is out of the statistics at the latest this long after its deadline. */
const OUT_WITHIN_MS = 5 * SECOND_MS;
/** What one handle has acknowledged is in the statistics of another at the latest this long after it, in real time. */
const SPREAD_WITHIN_MS = 2 * SECOND_MS;
const WAIT_MS = 20;
const NAMES = ['users', 'chats', 'messages', 'messagesLastHour'] as const satisfies readonly (keyof Stats)[];

export function statistics(test: StorageTest): void {
  describe('statistics', () => {
    test('a fresh server has nothing in it', async ({ one, other }) => {
      const nothing = { users: 0, chats: 0, messages: 0, messagesLastHour: 0 };
      expect(await one.getStats()).toEqual(nothing);
      expect(await other.getStats()).toEqual(nothing);
    });

    test('what a handle has acknowledged is in its statistics at once', async ({ one }) => {
      const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
      expect(await one.getStats()).toEqual({ users: 2, chats: 0, messages: 0, messagesLastHour: 0 });
      const [chat, hidden] = [await one.newChat(ann), await one.newChat(ann, { unlisted: true })];
      expect(await one.getStats()).toEqual({ users: 2, chats: 2, messages: 0, messagesLastHour: 0 });
      await postInTurn([one], ben, chat, 3);
      await postInTurn([one], ben, hidden, 2);
      expect(await one.getStats()).toEqual({ users: 2, chats: 2, messages: 5, messagesLastHour: 5 });
      await one.closeChat(ann, chat);
      expect(await one.getStats()).toEqual({ users: 2, chats: 1, messages: 2, messagesLastHour: 5 });
      await one.endSession(ben);
      expect(await one.getStats()).toEqual({ users: 1, chats: 1, messages: 2, messagesLastHour: 5 });
      await one.endSession(ann, true);
      expect(await one.getStats()).toEqual({ users: 0, chats: 0, messages: 0, messagesLastHour: 5 });
    });

    test('what both handles have acknowledged adds up on each', async ({ one, other }) => {
      const [ann, ben] = [await one.newSession('Ann'), await other.newSession('Ben')];
      const [first, second] = [await one.newChat(ann), await other.newChat(ben)];
      await race([one, other], 20, (handle, turn) => accepted(handle.post(ann, turn % 4 < 2 ? first : second, 'x')));
      const all = { users: 2, chats: 2, messages: 20, messagesLastHour: 20 };
      await expectSoon(one, all);
      await expectSoon(other, all);

      await other.closeChat(ann, first);
      await one.endSession(ben, true);
      const rest = { users: 1, chats: 0, messages: 0, messagesLastHour: 20 };
      await expectSoon(one, rest);
      await expectSoon(other, rest);
    });

    test('only kept messages are counted, and among those of the last hour also trimmed ones', async ({
      one,
      other,
    }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 3 });
      await postInTurn([one], ann, chat, 10);
      expect(await one.getStats()).toMatchObject({ messages: 3, messagesLastHour: 10 });
      await race([one, other], 20, (handle) => accepted(handle.post(ann, chat, 'x')));
      await expectSoon(one, { messages: 3, messagesLastHour: 30 });
      await expectSoon(other, { messages: 3, messagesLastHour: 30 });
    });

    test('posts that race with the closing of their chat leave no message in the figures', async ({ one, other }) => {
      const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
      const chat = await one.newChat(ann);
      const results = await race<unknown>([one, other], 30, (handle, turn) =>
        turn === 17 ? handle.closeChat(ann, chat) : handle.post(ben, chat, 'x'),
      );
      const messagesLastHour = (tally(results)['accepted'] ?? 0) - 1;
      await expectSoon(one, { chats: 0, messages: 0, messagesLastHour });
      await expectSoon(other, { chats: 0, messages: 0, messagesLastHour });
    });

    test('what was refused or repeated is not counted', async ({ one }) => {
      const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
      const chat = await one.newChat(ann, { readOnly: true });
      await accepted(one.post(ann, chat, 'once', { clientMessageId: 'a' }));
      const before = await one.getStats();
      await accepted(one.post(ann, chat, 'once', { clientMessageId: 'a' }));
      await expectRefusal(one.post(ann, chat, 'twice', { clientMessageId: 'a' }), 'MESSAGE_ID_CONFLICT');
      await expectRefusal(one.post(ben, chat, 'me too'), 'CHAT_READ_ONLY');
      await expectRefusal(one.createSession({ maxUsers: 2 }), 'USER_LIMIT_REACHED');
      await expectRefusal(one.createChat(ben, { maxChats: 1 }), 'CHAT_LIMIT_REACHED');
      await expectRefusal(one.closeChat(ben, chat), 'NOT_CHAT_CREATOR');
      await expectRefusal(one.endSession(ann), 'SESSION_HAS_OPEN_CHATS');

      expect(await one.getStats()).toEqual(before);
    });

    test('after races the figures are those of what was let in', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const sessions = await race([one, other], 30, (handle) => handle.createSession({ maxUsers: 10 }));
      const chats = await race([one, other], 30, (handle) => handle.createChat(ann, { maxChats: 5 }));
      expect([tally(sessions)['accepted'], tally(chats)['accepted']]).toEqual([9, 5]);

      await expectSoon(one, { users: 10, chats: 5, messages: 0, messagesLastHour: 0 });
      await expectSoon(other, { users: 10, chats: 5, messages: 0, messagesLastHour: 0 });
    });

    test('an expired session is in until its deadline and out 5 s after it', async ({ one, other, clock }) => {
      await one.newSession('Ann');
      clock.advance(MINUTE_MS);
      const ben = await one.newSession('Ben');
      const annEnds = clock.now - MINUTE_MS + SESSION_TTL_MS;
      clock.moveTo(annEnds - 1);
      expect(await one.getStats()).toMatchObject({ users: 2 });
      clock.moveTo(annEnds + OUT_WITHIN_MS);
      expect(await one.getStats()).toMatchObject({ users: 1 });
      await expectSoon(other, { users: 1 });
      clock.moveTo((await one.session(ben)).expiresAt + OUT_WITHIN_MS);
      expect(await one.getStats()).toMatchObject({ users: 0 });
    });

    test('a prolonged session is in until its new deadline', async ({ one, clock }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      clock.advance(SESSION_TTL_MS - 1);
      await accepted(one.post(ann, chat, 'still here'));
      const { expiresAt } = await one.session(ann);
      clock.moveTo(expiresAt - 1);
      expect(await one.getStats()).toMatchObject({ users: 2 });
      clock.moveTo(expiresAt + OUT_WITHIN_MS);
      expect(await one.getStats()).toMatchObject({ users: 1 });
      clock.advance(40 * DAY_MS);
      expect(await one.getStats()).toMatchObject({ users: 1 });
    });

    test('prolonged sessions do not hide those that expired', async ({ one, clock }) => {
      const chat = await one.newChat(await one.newSession('Host'));
      const ann = await one.newSession('Ann');
      await one.newSession('Ben');
      const benEnds = clock.now + SESSION_TTL_MS;
      clock.advance(MINUTE_MS);
      await accepted(one.post(ann, chat, 'still here'));
      clock.moveTo(benEnds + OUT_WITHIN_MS);
      expect(await one.getStats()).toMatchObject({ users: 2 });
    });

    test('an expired chat is in until its deadline, and out with its messages 5 s after it', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession();
      const [stays, expires] = [await one.newChat(ann), await one.newChat(ann, { ttlMs: MINUTE_MS, maxMessages: 4 })];
      await postInTurn([one], ann, stays, 2);
      await postInTurn([one], ann, expires, 6);
      clock.moveTo(expires.expiresAt - 1);
      expect(await one.getStats()).toMatchObject({ chats: 2, messages: 6, messagesLastHour: 8 });
      clock.moveTo(expires.expiresAt + OUT_WITHIN_MS);
      expect(await one.getStats()).toMatchObject({ chats: 1, messages: 2, messagesLastHour: 8 });
      await expectSoon(other, { chats: 1, messages: 2, messagesLastHour: 8 });
    });

    test('of very many that expire at once none is in 5 s after, with house-keeping every second', async ({
      one,
      other,
      clock,
    }) => {
      const handles = [one, other];
      const ann = await one.newSession('Ann');
      const stays = await one.newChat(ann);
      await race(handles, 700, (handle) => handle.newSession());
      const chats = await race(handles, 100, (handle) => handle.newChat(ann, { ttlMs: SESSION_TTL_MS }));
      await race(handles, 100, (handle, turn) => accepted(handle.post(ann, chats[turn]!, 'x')));
      await postInTurn(handles, ann, stays, 2);
      await expectSoon(one, { users: 701, chats: 101, messages: 102, messagesLastHour: 102 });
      clock.advance(SESSION_TTL_MS);
      for (let passedMs = 0; passedMs < OUT_WITHIN_MS; passedMs += SECOND_MS) {
        clock.advance(SECOND_MS);
        for (const handle of handles) await handle.sweepAll(20);
      }
      const left = { users: 1, chats: 1, messages: 2, messagesLastHour: 102 };
      expect(await one.getStats()).toEqual(left);
      await expectSoon(other, left);
    });

    test('a message is among those of the last hour for 60 minutes, give or take 10 s', async ({ one, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      for (const offsetMs of [0, 1, 4_321, 9_999]) {
        clock.moveTo(Math.ceil(clock.now / RECENT_RESOLUTION_MS) * RECENT_RESOLUTION_MS + offsetMs);
        const { sentAt } = await accepted(one.post(ann, chat, 'tick'));
        clock.moveTo(sentAt + RECENT_WINDOW_MS - RECENT_RESOLUTION_MS - 1);
        expect(await one.getStats()).toMatchObject({ messagesLastHour: 1 });
        clock.moveTo(sentAt + RECENT_WINDOW_MS + RECENT_RESOLUTION_MS + 1);
        expect(await one.getStats()).toMatchObject({ messagesLastHour: 0 });
      }
    });

    test('the messages of the last hour leave the figure as they came', async ({ one, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const times: number[] = [];
      for (let step = 0; step < 200; step++) {
        clock.advance(41_777);
        if (step < 100) {
          times.push(clock.now);
          await accepted(one.post(ann, chat, 'tick'));
        }
        const certain = times.filter((at) => clock.now - at < RECENT_WINDOW_MS - RECENT_RESOLUTION_MS).length;
        const possible = times.filter((at) => clock.now - at <= RECENT_WINDOW_MS + RECENT_RESOLUTION_MS).length;
        const { messagesLastHour } = await one.getStats();
        expect(messagesLastHour).toBeGreaterThanOrEqual(certain);
        expect(messagesLastHour).toBeLessThanOrEqual(possible);
      }
    });

    test('after a long quiet time the last hour is empty and fills again', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      await postInTurn([one], ann, chat, 3);
      for (const quietMs of [2 * RECENT_WINDOW_MS, 40 * DAY_MS]) {
        clock.advance(quietMs);
        expect(await one.getStats()).toMatchObject({ messagesLastHour: 0 });
        await postInTurn([one, other], ann, chat, 4);
        await expectSoon(one, { messagesLastHour: 4 });
        await expectSoon(other, { messagesLastHour: 4 });
      }
    });
  });
}

/**
 * Expects figures that another handle may have changed: asks again until they are right, or shows how they are not.
 * Only the waiting in between counts, in short waits: what holds the machine up makes one of them longer, for the storage too, but
 * uses up no other.
 */
async function expectSoon(handle: Handle, figures: Partial<Stats>): Promise<void> {
  for (let waitedMs = 0; waitedMs < SPREAD_WITHIN_MS; waitedMs += WAIT_MS) {
    const stats = await handle.getStats();
    if (NAMES.every((name) => stats[name] === (figures[name] ?? stats[name]))) return;
    await setTimeout(WAIT_MS);
  }
  expect(await handle.getStats()).toMatchObject(figures);
}

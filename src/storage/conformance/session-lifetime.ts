/** Session lifetime: what moves the end of a session, and what does not. */

import { describe, expect } from 'vitest';

import { NEVER } from '../../domain/lifetime.ts';
import { CLIENT_MESSAGE_ID_MEMORY_MS } from '../../domain/limits.ts';
import { accepted, expectRefusal } from './answers.ts';
import { type Handle, SESSION_TTL_MS, type Visitor } from './handle.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type MovedClock } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function sessionLifetime(test: StorageTest): void {
  describe('session lifetime', () => {
    test('a session is live until just before its deadline and over at it', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      await expectToEndAt(clock.now + SESSION_TTL_MS, ann, [one, other], clock);
    });

    test('a session keeps the lifetime it was created with', async ({ one, other, clock }) => {
      const ann = await one.newSession('Ann', { ttlMs: MINUTE_MS });
      const ben = await other.newSession('Ben', { ttlMs: 40 * DAY_MS });
      const createdAt = clock.now;

      await expectToEndAt(createdAt + MINUTE_MS, ann, [one, other], clock);
      await expectToEndAt(createdAt + 40 * DAY_MS, ben, [one, other], clock);
    });

    test('a post moves the deadline of its author, and only of its author', async ({ one, other, clock }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben', { ttlMs: HOUR_MS });
      const host = await one.newSession('Host');
      const chat = await one.newChat(host, { ttlMs: DAY_MS });
      const hostEnds = (await one.session(host)).expiresAt;
      const benEnds = (await one.session(ben)).expiresAt;
      clock.advance(SESSION_TTL_MS - 1);
      await accepted(one.post(ann, chat, 'just in time'));

      expect((await other.session(ann)).expiresAt).toBe(clock.now + SESSION_TTL_MS);
      expect((await other.session(ben)).expiresAt).toBe(benEnds);
      expect((await other.session(host)).expiresAt).toBe(hostEnds);
      await expectToEndAt(clock.now + SESSION_TTL_MS, ann, [one, other], clock);
    });

    test('a post whose time is a little behind the latest moves no deadline back', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'));
      clock.advance(MINUTE_MS);
      await accepted(one.post(ann, chat, 'first'));
      await accepted(other.post(ann, chat, 'second', { now: clock.now - 50 }));

      expect((await one.session(ann)).expiresAt).toBe(clock.now + SESSION_TTL_MS);
    });

    test('posts at once through both handles leave the deadline of the latest', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const host = await one.newSession('Host');
      const chats = [await one.newChat(host), await other.newChat(host)];
      clock.advance(MINUTE_MS);
      await race([one, other], 20, (handle, turn) =>
        accepted(handle.post(ann, chats[turn % 4 < 2 ? 0 : 1]!, 'x', { now: clock.now + ((turn * 7) % 20) })),
      );

      expect((await other.session(ann)).expiresAt).toBe(clock.now + 19 + SESSION_TTL_MS);
    });

    test('a repeated post moves no deadline', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'));
      await accepted(one.post(ann, chat, 'once', { clientMessageId: 'a' }));
      const { expiresAt } = await one.session(ann);
      clock.advance(CLIENT_MESSAGE_ID_MEMORY_MS - 1);
      await accepted(other.post(ann, chat, 'once', { clientMessageId: 'a' }));

      expect((await one.session(ann)).expiresAt).toBe(expiresAt);
    });

    test('a refused post moves no deadline', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const host = await one.newSession('Host');
      const open = await one.newChat(host);
      const readOnly = await one.newChat(host, { readOnly: true });
      const closed = await one.newChat(host);
      await one.closeChat(host, closed);
      await accepted(one.post(ann, open, 'once', { clientMessageId: 'a' }));
      const { expiresAt } = await one.session(ann);
      clock.advance(MINUTE_MS);
      await expectRefusal(other.post(ann, readOnly, 'no'), 'CHAT_READ_ONLY');
      await expectRefusal(other.post(ann, closed, 'no'), 'CHAT_NOT_FOUND');
      await expectRefusal(other.post(ann, open, 'twice', { clientMessageId: 'a' }), 'MESSAGE_ID_CONFLICT');

      expect((await one.session(ann)).expiresAt).toBe(expiresAt);
    });

    test('reading alone does not prolong a session', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const host = await one.newSession('Host');
      const chat = await one.newChat(host);
      await accepted(one.post(host, chat, 'welcome'));
      const { expiresAt } = await one.session(ann);
      clock.advance(MINUTE_MS);
      await accepted(other.listMessages(ann, chat));
      await accepted(one.fetchUnread(ann, chat));
      await accepted(other.fetchUnread(ann, chat, { ackSeq: 1 }));
      await accepted(one.markRead(ann, chat, 1));
      await one.noteActivity(chat, ann);
      await other.listUnreadCounts(ann);
      await accepted(one.readMessages(chat));
      await accepted(other.getChat(chat));
      await one.listChats();

      expect((await one.session(ann)).expiresAt).toBe(expiresAt);
      expect((await other.session(ann)).expiresAt).toBe(expiresAt);
    });

    test('a session never ends while its user has an open chat without a lifetime', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      expect((await other.session(ann)).expiresAt).toBe(NEVER);

      clock.advance(100 * 366 * DAY_MS);
      expect((await other.session(ann)).expiresAt).toBe(NEVER);
      await accepted(other.post(ann, chat, 'a hundred years later'));
      expect((await one.session(ann)).expiresAt).toBe(NEVER);
    });

    test('a chat with a lifetime makes the end of the session known at once', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { ttlMs: HOUR_MS });
      expect((await other.session(ann)).expiresAt).toBe(chat.expiresAt + SESSION_TTL_MS);

      await expectToEndAt(chat.expiresAt + SESSION_TTL_MS, ann, [one, other], clock);
    });

    test('a post after the last chat expired moves the end on from the post', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const elsewhere = await one.newChat(await one.newSession('Host'));
      await one.newChat(ann, { ttlMs: MINUTE_MS });
      clock.advance(2 * MINUTE_MS);
      await accepted(other.post(ann, elsewhere, 'still around'));

      await expectToEndAt(clock.now + SESSION_TTL_MS, ann, [one, other], clock);
    });

    test('a post in the session’s own chat with a lifetime leaves the known end', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { ttlMs: HOUR_MS });
      clock.advance(59 * MINUTE_MS);
      await accepted(other.post(ann, chat, 'nearly over'));

      expect((await one.session(ann)).expiresAt).toBe(chat.expiresAt + SESSION_TTL_MS);
    });

    test('the latest of several lifetimes decides', async ({ one, other }) => {
      const ann = await one.newSession();
      await one.newChat(ann, { ttlMs: MINUTE_MS });
      const last = await other.newChat(ann, { ttlMs: HOUR_MS });
      await one.newChat(ann, { ttlMs: 2 * MINUTE_MS });

      expect((await other.session(ann)).expiresAt).toBe(last.expiresAt + SESSION_TTL_MS);
    });

    test('closing the last open chat sets the end from the closing', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      clock.advance(3 * DAY_MS);
      expect(await other.closeChat(ann, chat)).toBeUndefined();

      expect((await one.session(ann)).expiresAt).toBe(clock.now + SESSION_TTL_MS);
      await expectToEndAt(clock.now + SESSION_TTL_MS, ann, [one, other], clock);
    });

    test('closing one of two endless chats leaves the session without an end', async ({ one, other }) => {
      const ann = await one.newSession();
      const first = await one.newChat(ann);
      const second = await other.newChat(ann);
      await one.closeChat(ann, first);
      expect((await other.session(ann)).expiresAt).toBe(NEVER);

      await other.closeChat(ann, second);
      expect((await one.session(ann)).expiresAt).toBe(one.clock.now + SESSION_TTL_MS);
    });

    test('closing the endless chat makes the end follow from the chat with a lifetime', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession();
      const limited = await one.newChat(ann, { ttlMs: HOUR_MS });
      const endless = await one.newChat(ann);
      expect((await other.session(ann)).expiresAt).toBe(NEVER);
      clock.advance(MINUTE_MS);
      await other.closeChat(ann, endless);

      expect((await one.session(ann)).expiresAt).toBe(limited.expiresAt + SESSION_TTL_MS);
    });

    test('closing a chat before its lifetime is over brings the end forward', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { ttlMs: DAY_MS });
      const shorter = await one.newChat(ann, { ttlMs: HOUR_MS });
      clock.advance(MINUTE_MS);
      await other.closeChat(ann, chat);
      expect((await one.session(ann)).expiresAt).toBe(shorter.expiresAt + SESSION_TTL_MS);

      await one.closeChat(ann, shorter);
      await expectToEndAt(clock.now + SESSION_TTL_MS, ann, [one, other], clock);
    });

    test('a chat that expired counts as closed at its deadline, also after another was closed', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession();
      const endless = await one.newChat(ann);
      const limited = await one.newChat(ann, { ttlMs: HOUR_MS });
      clock.advance(MINUTE_MS);
      await other.closeChat(ann, endless);
      clock.moveTo(limited.expiresAt + SESSION_TTL_MS - 1);
      await one.session(ann);

      const late = await one.newChat(ann);
      await other.closeChat(ann, late);
      await expectToEndAt(clock.now + SESSION_TTL_MS, ann, [one, other], clock);
    });

    test('a chat closed after it expired moves nothing', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { ttlMs: MINUTE_MS });
      clock.advance(2 * MINUTE_MS);
      await expectRefusal(other.closeChat(ann, chat), 'CHAT_NOT_FOUND');

      expect((await one.session(ann)).expiresAt).toBe(chat.expiresAt + SESSION_TTL_MS);
    });

    test('an expired session is not revived by a post, a chat or a sweep', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const host = await one.newSession('Host');
      const chat = await one.newChat(host);
      clock.advance(SESSION_TTL_MS);
      await expectRefusal(one.post(ann, chat, 'too late'), 'UNAUTHENTICATED');
      await expectRefusal(other.createChat(ann), 'UNAUTHENTICATED');
      await one.sweepAll();

      await expectRefusal(other.authenticate(ann), 'UNAUTHENTICATED');
      expect(await other.getChat(chat)).toMatchObject({ messageCount: 0, lastMessageAt: undefined });
    });
  });
}

/** Moves the clock to just before the end, then to it, and expects every handle to agree. */
async function expectToEndAt(
  endsAt: number,
  visitor: Visitor,
  handles: readonly Handle[],
  clock: MovedClock,
): Promise<void> {
  clock.moveTo(endsAt - 1);
  for (const handle of handles) expect(await handle.session(visitor)).toMatchObject({ expiresAt: endsAt });
  clock.moveTo(endsAt);
  for (const handle of handles) await expectRefusal(handle.authenticate(visitor), 'UNAUTHENTICATED');
}

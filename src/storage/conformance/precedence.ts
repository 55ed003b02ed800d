/** Precedence: when several refusals hold at once, the same one wins on every storage. */

import { describe } from 'vitest';

import { expectInvalid, expectRefusal } from './answers.ts';
import { MINUTE_MS } from './moved-clock.ts';
import type { StorageTest } from './scene.ts';

export function precedence(test: StorageTest): void {
  describe('precedence of refusals', () => {
    test('creating a chat: no session before the user’s limit before the server’s limit', async ({ one, other }) => {
      const ann = await one.newSession();
      await one.newChat(ann);
      const limits = { maxChats: 1, maxChatsPerUser: 1 };
      await expectRefusal(other.createChat(ann, { maxChats: 1 }), 'CHAT_LIMIT_REACHED');
      await expectRefusal(other.createChat(ann, limits), 'USER_CHAT_LIMIT_REACHED');
      await one.endSession(ann, true);
      await one.newChat(await one.newSession());

      await expectRefusal(other.createChat(ann, limits), 'UNAUTHENTICATED');
    });

    test('posting: no session before no chat', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const closed = await one.newChat(host);
      await one.closeChat(host, closed);
      await expectRefusal(other.post(ann, closed, 'hello'), 'CHAT_NOT_FOUND');
      await one.endSession(ann);

      await expectRefusal(other.post(ann, closed, 'hello'), 'UNAUTHENTICATED');
      await expectRefusal(other.post(ann, { id: one.newId() }, 'hello'), 'UNAUTHENTICATED');
    });

    test('posting: no session before a read-only chat', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host, { readOnly: true });
      await expectRefusal(other.post(ann, chat, 'hello'), 'CHAT_READ_ONLY');
      await one.endSession(ann);

      await expectRefusal(other.post(ann, chat, 'hello'), 'UNAUTHENTICATED');
    });

    test('posting: no session before a used message id, and before its repeat', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      const clientMessageId = 'a';
      await one.post(ann, chat, 'first', { clientMessageId });
      await expectRefusal(other.post(ann, chat, 'second', { clientMessageId }), 'MESSAGE_ID_CONFLICT');
      await one.endSession(ann);

      await expectRefusal(other.post(ann, chat, 'second', { clientMessageId }), 'UNAUTHENTICATED');
      await expectRefusal(other.post(ann, chat, 'first', { clientMessageId }), 'UNAUTHENTICATED');
    });

    test('posting: no chat before a read-only chat', async ({ one, other, clock }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const [closed, expired] = [
        await one.newChat(host, { readOnly: true }),
        await one.newChat(host, { readOnly: true, ttlMs: MINUTE_MS }),
      ];
      await one.closeChat(host, closed);
      clock.advance(MINUTE_MS);

      await expectRefusal(other.post(ann, closed, 'hello'), 'CHAT_NOT_FOUND');
      await expectRefusal(other.post(ann, expired, 'hello'), 'CHAT_NOT_FOUND');
    });

    test('posting: no chat before a used message id, and before its repeat', async ({ one, other, clock }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const [closed, expired] = [await one.newChat(host), await one.newChat(host, { ttlMs: MINUTE_MS })];
      const clientMessageId = 'a';
      for (const chat of [closed, expired]) await one.post(ann, chat, 'first', { clientMessageId });
      await one.closeChat(host, closed);
      clock.advance(MINUTE_MS);

      for (const chat of [closed, expired]) {
        await expectRefusal(other.post(ann, chat, 'second', { clientMessageId }), 'CHAT_NOT_FOUND');
        await expectRefusal(other.post(ann, chat, 'first', { clientMessageId }), 'CHAT_NOT_FOUND');
      }
    });

    test('reading: no chat before a seq beyond its end', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const [open, closed, expired] = [
        await one.newChat(ann),
        await one.newChat(ann),
        await one.newChat(ann, { ttlMs: MINUTE_MS }),
      ];
      await one.closeChat(ann, closed);
      clock.advance(MINUTE_MS);

      await expectInvalid(other.fetchUnread(ann, open, { ackSeq: 7 }), 'ack_seq');
      await expectInvalid(other.markRead(ann, open, 7), 'seq');
      for (const gone of [closed, expired, { id: one.newId() }]) {
        await expectRefusal(other.fetchUnread(ann, gone, { ackSeq: 7 }), 'CHAT_NOT_FOUND');
        await expectRefusal(other.markRead(ann, gone, 7), 'CHAT_NOT_FOUND');
      }
    });

    test('closing: no chat before not being its creator', async ({ one, other, clock }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const [closed, expired] = [await one.newChat(host), await one.newChat(host, { ttlMs: MINUTE_MS })];
      await expectRefusal(other.closeChat(ann, closed), 'NOT_CHAT_CREATOR');
      await one.closeChat(host, closed);
      clock.advance(MINUTE_MS);

      await expectRefusal(other.closeChat(ann, closed), 'CHAT_NOT_FOUND');
      await expectRefusal(other.closeChat(ann, expired), 'CHAT_NOT_FOUND');
    });
  });
}

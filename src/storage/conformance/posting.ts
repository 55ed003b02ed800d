/** Posting: numbering, what is kept, and what every reader sees of it. */

import { describe, expect } from 'vitest';

import { CLIENT_MESSAGE_ID_MEMORY_MS } from '../../domain/limits.ts';
import { accepted, acceptedOnly, expectRefusal, range, seqsOf } from './answers.ts';
import { asUser } from './handle.ts';
import { SECOND_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function posting(test: StorageTest): void {
  describe('posting', () => {
    test('a message shows its id, chat, seq, author, text and time', async ({ one, other, clock }) => {
      const ann = await one.newSession('Ann Élise');
      const chat = await one.newChat(ann);
      const id = one.newId();
      const posted = await one.post(ann, chat, 'hello', { id });

      const message = { id, chatId: chat.id, seq: 1, author: asUser(ann), text: 'hello', sentAt: clock.now };
      expect(posted).toEqual(message);
      expect((await accepted(other.readMessages(chat))).messages).toEqual([message]);
    });

    test('messages are numbered 1, 2, 3 … in each chat by itself', async ({ one, other }) => {
      const ann = await one.newSession();
      const [first, second] = [await one.newChat(ann), await other.newChat(ann)];
      for (const seq of range(1, 4)) {
        expect(await one.post(ann, first, 'in the first')).toMatchObject({ seq: seq * 2 - 1 });
        expect(await other.post(ann, first, 'in the first')).toMatchObject({ seq: seq * 2 });
        expect(await other.post(ann, second, 'in the second')).toMatchObject({ seq });
      }
    });

    test('an acknowledged post is seen by every later read on the other handle', async ({ one, other, clock }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const chat = await one.newChat(ann);
      await accepted(one.fetchUnread(ben, chat));
      for (const seq of range(1, 5)) {
        const [writer, reader] = seq % 2 === 0 ? [one, other] : [other, one];
        clock.advance(SECOND_MS);
        const message = await accepted(writer.post(ann, chat, `message ${seq}`));

        expect(await reader.getChat(chat)).toMatchObject({ messageCount: seq, lastMessageAt: clock.now });
        expect((await accepted(reader.readMessages(chat))).messages.at(-1)).toEqual(message);
        expect((await reader.listUnreadCounts(ben)).counts).toMatchObject([{ lastSeq: seq, unread: 1 }]);
        const newest = { order: 'NEWEST_FIRST', limit: 1, markRead: false } as const;
        expect((await accepted(reader.listMessages(ben, chat, newest))).messages).toEqual([message]);
        expect((await accepted(reader.fetchUnread(ben, chat))).messages).toEqual([message]);
      }
    });

    test('posts that come at once get every seq exactly once', async ({ one, other }) => {
      const authors = [await one.newSession('Ann'), await other.newSession('Ben'), await one.newSession('Cid')];
      const chat = await one.newChat(authors[0]!);
      const posted = await race([one, other], 60, (handle, turn) =>
        accepted(handle.post(authors[turn % 3]!, chat, `post ${turn}`)),
      );

      const bySeq = posted.toSorted((a, b) => a.seq - b.seq);
      expect(seqsOf(bySeq)).toEqual(range(1, 60));
      expect((await accepted(other.readMessages(chat))).messages).toEqual(bySeq);
      expect((await accepted(one.readMessages(chat))).messages).toEqual(bySeq);
      expect(await other.getChat(chat)).toMatchObject({ messageCount: 60 });
    });

    test('posts to several chats at once do not mix', async ({ one, other }) => {
      const ann = await one.newSession();
      const chats = [await one.newChat(ann), await other.newChat(ann), await one.newChat(ann)];
      await race([one, other], 45, (handle, turn) => accepted(handle.post(ann, chats[turn % 3]!, `for ${turn % 3}`)));

      for (const [index, chat] of chats.entries()) {
        const { messages } = await accepted(other.readMessages(chat));
        expect(seqsOf(messages)).toEqual(range(1, 15));
        expect(new Set(messages.map(({ text }) => text))).toEqual(new Set([`for ${index}`]));
      }
    });

    test('sentAt never decreases with seq, even when calls come slightly out of order', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      clock.advance(SECOND_MS);
      await accepted(one.post(ann, chat, 'first'));
      const behind = await accepted(other.post(ann, chat, 'second', { now: clock.now - 50 }));
      expect(behind.sentAt).toBe(clock.now);

      await race([one, other], 30, (handle, turn) =>
        accepted(handle.post(ann, chat, 'more', { now: clock.now + ((turn * 37) % 50) })),
      );
      const { messages } = await accepted(other.readMessages(chat));
      const times = messages.map(({ sentAt }) => sentAt);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(await one.getChat(chat)).toMatchObject({ lastMessageAt: times.at(-1) });
    });

    test('only the last messages are kept, as many as the chat says', async ({ one, other }) => {
      const ann = await one.newSession();
      for (const maxMessages of [1, 2, 5]) {
        const chat = await one.newChat(ann, { maxMessages });
        for (const seq of range(1, 8)) {
          await accepted((seq % 2 === 0 ? one : other).post(ann, chat, `message ${seq}`));
          const kept = range(Math.max(1, seq - maxMessages + 1), seq);
          const run = await accepted(one.readMessages(chat));
          expect(run.kept).toEqual({ first: kept[0], last: seq });
          expect(seqsOf(run.messages)).toEqual(kept);
          expect(seqsOf((await accepted(other.listMessages(ann, chat))).messages)).toEqual(kept);
        }
        expect(await other.getChat(chat)).toMatchObject({ messageCount: maxMessages });
      }
    });

    test('a chat that keeps all messages keeps all', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 0 });
      await race([one, other], 150, (handle) => accepted(handle.post(ann, chat, 'x')));

      expect(seqsOf((await accepted(other.readMessages(chat))).messages)).toEqual(range(1, 150));
      expect(await one.getChat(chat)).toMatchObject({ messageCount: 150 });
    });

    test('no reader ever sees more than is kept, or a hole, while posts trim', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 4 });
      const reads = await race([one, other], 60, async (handle, turn) => {
        if (turn % 3 !== 0) return handle.post(ann, chat, `post ${turn}`);
        const { messages, kept } = await accepted(handle.readMessages(chat));
        expect(seqsOf(messages)).toEqual(range(kept.first, kept.last));
        expect(messages.length).toBeLessThanOrEqual(4);
        return undefined;
      });

      expect(acceptedOnly(reads)).toHaveLength(60);
      expect(await accepted(one.readMessages(chat))).toMatchObject({ kept: { first: 37, last: 40 } });
    });

    test('a seq is never used again, even when all that was kept is trimmed', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 1 });
      for (const seq of range(1, 6)) {
        expect(await (seq % 2 === 0 ? one : other).post(ann, chat, 'again')).toMatchObject({ seq });
        await one.sweepAll();
      }
    });

    test('a refused post leaves no trace', async ({ one, other, clock }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const readOnly = await one.newChat(ann, { readOnly: true });
      await accepted(one.post(ann, readOnly, 'only this', { clientMessageId: 'a' }));
      const before = [await one.getChat(readOnly), await one.readMessages(readOnly), await one.getStats()];
      clock.advance(CLIENT_MESSAGE_ID_MEMORY_MS / 2);
      await expectRefusal(one.post(ben, readOnly, 'me too', { clientMessageId: 'b' }), 'CHAT_READ_ONLY');
      await expectRefusal(one.post(ann, readOnly, 'not this', { clientMessageId: 'a' }), 'MESSAGE_ID_CONFLICT');

      expect([await one.getChat(readOnly), await one.readMessages(readOnly), await one.getStats()]).toEqual(before);
      expect(await other.post(ann, readOnly, 'next')).toMatchObject({ seq: 2 });
    });
  });
}

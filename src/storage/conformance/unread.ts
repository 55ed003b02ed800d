/** What is unread: fetched plainly, where fetching is reading, or safely, where the reader acknowledges. */

import { describe, expect } from 'vitest';

import { messageSizeBound } from '../../domain/encoded-size.ts';
import { accepted, expectInvalid, range, seqsOf } from './answers.ts';
import { postInTurn } from './post-in-turn.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function unread(test: StorageTest): void {
  describe('unread messages, fetched plainly', () => {
    test('what is fetched counts as read', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      const first = await postInTurn([one, other], host, chat, 3);
      expect(await other.fetchUnread(ann, chat)).toEqual({ messages: first, hasMore: false, position: 3, missed: 0 });
      expect(await one.fetchUnread(ann, chat)).toEqual({ messages: [], hasMore: false, position: 3, missed: 0 });

      const second = await postInTurn([one, other], host, chat, 2);
      expect(await other.fetchUnread(ann, chat)).toEqual({ messages: second, hasMore: false, position: 5, missed: 0 });
    });

    test('an empty chat has nothing unread and is visited from then on', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host, { maxMessages: 2 });
      expect(await other.fetchUnread(ann, chat)).toEqual({ messages: [], hasMore: false, position: 0, missed: 0 });

      await postInTurn([one, other], host, chat, 5);
      expect(await one.fetchUnread(ann, chat)).toMatchObject({ messages: [{ seq: 4 }, { seq: 5 }], missed: 3 });
    });

    test('an answer holds at most as many as asked for and says whether there are more', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await postInTurn([one, other], host, chat, 5);

      const answers = [];
      for (const handle of [one, other, one]) {
        const { messages, hasMore, position } = await accepted(handle.fetchUnread(ann, chat, { limit: 2 }));
        answers.push({ seqs: seqsOf(messages), hasMore, position });
      }
      expect(answers).toEqual([
        { seqs: [1, 2], hasMore: true, position: 2 },
        { seqs: [3, 4], hasMore: true, position: 4 },
        { seqs: [5], hasMore: false, position: 5 },
      ]);
    });

    test('an answer that holds exactly the rest has no more', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await postInTurn([one, other], host, chat, 4);
      expect(await other.fetchUnread(ann, chat, { limit: 4 })).toMatchObject({ hasMore: false, position: 4 });
    });

    test('an answer is cut by size, with at least one message', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      const sizes = (await postInTurn([one, other], host, chat, 4)).map(messageSizeBound);

      const two = await accepted(other.fetchUnread(ann, chat, { maxBytes: sizes[0]! + sizes[1]! }));
      expect(two).toMatchObject({ messages: [{ seq: 1 }, { seq: 2 }], hasMore: true, position: 2 });
      const none = await accepted(one.fetchUnread(ann, chat, { maxBytes: sizes[2]! + sizes[3]! - 1 }));
      expect(none).toMatchObject({ messages: [{ seq: 3 }], hasMore: true, position: 3 });
      const last = await accepted(other.fetchUnread(ann, chat, { maxBytes: 1 }));
      expect(last).toMatchObject({ messages: [{ seq: 4 }], hasMore: false, position: 4 });
    });

    test('messages trimmed before they could be read are missed, and reported once', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host, { maxMessages: 3 });
      await postInTurn([one, other], host, chat, 2);
      await accepted(one.fetchUnread(ann, chat));
      await postInTurn([one, other], host, chat, 6);

      const page = await accepted(other.fetchUnread(ann, chat, { limit: 1 }));
      expect(page).toMatchObject({ messages: [{ seq: 6 }], hasMore: true, position: 6, missed: 3 });
      const rest = await accepted(one.fetchUnread(ann, chat));
      expect(rest).toMatchObject({ messages: [{ seq: 7 }, { seq: 8 }], hasMore: false, position: 8, missed: 0 });
    });

    test('a first visit gets all that is kept and has missed nothing', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host, { maxMessages: 3 });
      await postInTurn([one, other], host, chat, 8);

      const page = await accepted(other.fetchUnread(ann, chat));
      expect(page).toMatchObject({ messages: [{ seq: 6 }, { seq: 7 }, { seq: 8 }], position: 8, missed: 0 });
    });

    test('the creator, never there, gets what is kept and is told what was missed', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host, { maxMessages: 3 });
      await postInTurn([one, other], ann, chat, 8);

      const page = await accepted(other.fetchUnread(host, chat));
      expect(page).toMatchObject({ messages: [{ seq: 6 }, { seq: 7 }, { seq: 8 }], position: 8, missed: 5 });
    });

    test('at once through both handles, no message is handed out twice and none is left out', async ({
      one,
      other,
    }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await postInTurn([one, other], host, chat, 30);
      const pages = await race([one, other], 20, (handle) => accepted(handle.fetchUnread(ann, chat, { limit: 2 })));

      const handed = pages.flatMap(({ messages }) => seqsOf(messages));
      expect(handed.toSorted((a, b) => a - b)).toEqual(range(1, 30));
    });

    test('while others post and messages are trimmed, every answer follows the one before', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host, { maxMessages: 5 });
      await accepted(one.fetchUnread(ann, chat));
      const posting = race([one, other], 60, (handle) => accepted(handle.post(host, chat, 'x')));
      let position = 0;
      for (let turn = 0; position < 60 && turn < 10_000; turn++) {
        const page = await accepted((turn % 2 === 0 ? one : other).fetchUnread(ann, chat, { limit: 3 }));
        const first = position + page.missed + 1;
        expect(seqsOf(page.messages)).toEqual(range(first, page.position));
        ({ position } = page);
      }
      await posting;
      expect(await one.fetchUnread(ann, chat)).toMatchObject({ messages: [], position: 60, missed: 0 });
    });
  });

  describe('unread messages, fetched safely', () => {
    test('an answer that is lost loses nothing', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      const posted = await postInTurn([one, other], host, chat, 4);
      const first = { messages: posted.slice(0, 2), hasMore: true, position: 0, missed: 0 };
      for (const handle of [one, other, one]) {
        expect(await handle.fetchUnread(ann, chat, { ackSeq: 0, limit: 2 })).toEqual(first);
      }

      const second = { messages: posted.slice(2), hasMore: false, position: 2, missed: 0 };
      for (const handle of [other, one]) {
        expect(await handle.fetchUnread(ann, chat, { ackSeq: 2, limit: 2 })).toEqual(second);
      }
    });

    test('the position moves to the acknowledged seq and no further', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await postInTurn([one, other], host, chat, 5);
      await accepted(one.fetchUnread(ann, chat, { ackSeq: 3 }));

      expect((await other.listUnreadCounts(ann)).counts).toMatchObject([{ position: 3, unread: 2 }]);
      expect(await other.fetchUnread(ann, chat)).toMatchObject({ messages: [{ seq: 4 }, { seq: 5 }], position: 5 });
    });

    test('an acknowledgement below the position changes nothing', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await postInTurn([one, other], host, chat, 5);
      await accepted(one.fetchUnread(ann, chat, { ackSeq: 4 }));

      for (const ackSeq of [0, 2, 4]) {
        expect(await other.fetchUnread(ann, chat, { ackSeq })).toMatchObject({ messages: [{ seq: 5 }], position: 4 });
      }
    });

    test('the last seq may be acknowledged, the one after it may not', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await expectInvalid(one.fetchUnread(ann, chat, { ackSeq: 1 }), 'ack_seq');
      await postInTurn([one, other], host, chat, 3);
      await expectInvalid(other.fetchUnread(ann, chat, { ackSeq: 4 }), 'ack_seq');
      await expectInvalid(one.fetchUnread(ann, chat, { ackSeq: Number.MAX_SAFE_INTEGER }), 'ack_seq');
      expect((await other.listUnreadCounts(ann)).counts).toEqual([]);

      const all = await accepted(other.fetchUnread(ann, chat, { ackSeq: 3 }));
      expect(all).toEqual({ messages: [], hasMore: false, position: 3, missed: 0 });
    });

    test('what was trimmed is missed again and again until it is acknowledged', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host, { maxMessages: 3 });
      await postInTurn([one, other], host, chat, 2);
      await accepted(one.fetchUnread(ann, chat, { ackSeq: 1 }));
      await postInTurn([one, other], host, chat, 6);

      for (const handle of [one, other]) {
        const page = await accepted(handle.fetchUnread(ann, chat, { ackSeq: 1, limit: 1 }));
        expect(page).toMatchObject({ messages: [{ seq: 6 }], hasMore: true, position: 1, missed: 4 });
      }
      expect(await one.fetchUnread(ann, chat, { ackSeq: 3, limit: 1 })).toMatchObject({ position: 3, missed: 2 });
      const page = await accepted(other.fetchUnread(ann, chat, { ackSeq: 6 }));
      expect(page).toMatchObject({ messages: [{ seq: 7 }, { seq: 8 }], position: 6, missed: 0 });
    });

    test('a first visit is not moved back by what its reader has not handled yet', async ({ one, other }) => {
      const [host, ann, ben] = [await one.newSession('Host'), await one.newSession('Ann'), await one.newSession('Ben')];
      const chat = await one.newChat(host, { maxMessages: 3 });
      await postInTurn([one, other], host, chat, 8);

      const page = await accepted(other.fetchUnread(ann, chat, { ackSeq: 2, limit: 1 }));
      expect(page).toMatchObject({ messages: [{ seq: 6 }], position: 5, missed: 0 });
      const handled = await accepted(other.fetchUnread(ben, chat, { ackSeq: 7 }));
      expect(handled).toMatchObject({ messages: [{ seq: 8 }], position: 7, missed: 0 });
    });

    test('acknowledgements at once through both handles leave the highest', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await postInTurn([one, other], host, chat, 20);
      await race([one, other], 20, (handle, turn) =>
        accepted(handle.fetchUnread(ann, chat, { ackSeq: (turn * 7) % 20, limit: 1 })),
      );

      expect((await other.listUnreadCounts(ann)).counts).toMatchObject([{ position: 19, unread: 1 }]);
    });
  });

  describe('own messages', () => {
    test('an author who was at the end is carried over their own post', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await accepted(one.post(host, chat, 'welcome'));
      expect((await other.listUnreadCounts(host)).counts).toMatchObject([{ position: 1, unread: 0 }]);
      await accepted(one.fetchUnread(ann, chat));
      for (const handle of [one, other]) await accepted(handle.post(ann, chat, 'thank you'));

      expect((await other.listUnreadCounts(ann)).counts).toMatchObject([{ position: 3, unread: 0 }]);
      expect(await one.fetchUnread(ann, chat)).toMatchObject({ messages: [], position: 3 });
    });

    test('an author with something unread finds their own post after it', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await accepted(one.fetchUnread(ann, chat));
      await accepted(one.post(host, chat, 'a question'));
      await accepted(other.post(ann, chat, 'an answer'));

      expect((await other.listUnreadCounts(ann)).counts).toMatchObject([{ position: 0, unread: 2 }]);
      expect(await one.fetchUnread(ann, chat)).toMatchObject({ messages: [{ seq: 1 }, { seq: 2 }], position: 2 });
    });

    test('an author who was at the end is carried even when the post trims all else', async ({ one, other }) => {
      const host = await one.newSession('Host');
      const chat = await one.newChat(host, { maxMessages: 1 });
      await postInTurn([one, other], host, chat, 5);

      const counts = [{ chatId: chat.id, position: 5, lastSeq: 5, unread: 0, missed: 0 }];
      expect((await other.listUnreadCounts(host)).counts).toEqual(counts);
    });

    test('posting makes no position', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await accepted(one.post(ann, chat, 'passing by'));

      expect((await other.listUnreadCounts(ann)).counts).toEqual([]);
      expect(await one.fetchUnread(ann, chat)).toMatchObject({ messages: [{ seq: 1 }], position: 1 });
    });
  });
}

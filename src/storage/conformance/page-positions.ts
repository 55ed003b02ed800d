/** Pages and positions: which pages move the position of their reader, and what they say was missed. */

import { describe, expect } from 'vitest';

import { accepted, range, seqsOf } from './answers.ts';
import { postInTurn } from './post-in-turn.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

const NEWEST_FIRST = { order: 'NEWEST_FIRST' } as const;

export function pagePositions(test: StorageTest): void {
  describe('pages and positions', () => {
    test('a page that joins what was read moves the position to its highest seq', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'));
      await postInTurn([one, other], await one.newSession('Ben'), chat, 6);

      expect(await one.listMessages(ann, chat, { limit: 2 })).toMatchObject({ position: 2, missed: 0 });
      expect(await other.listMessages(ann, chat, { fromSeq: 2, limit: 2 })).toMatchObject({ position: 4 });
      expect(await one.listMessages(ann, chat, { ...NEWEST_FIRST, limit: 2 })).toMatchObject({ position: 6 });
      expect((await other.listUnreadCounts(ann)).counts).toMatchObject([{ position: 6, unread: 0 }]);
    });

    test('a page beyond a gap of unread messages leaves the position', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'));
      await postInTurn([one, other], await one.newSession('Ben'), chat, 6);
      await accepted(one.listMessages(ann, chat, { limit: 2 }));

      expect(await other.listMessages(ann, chat, { fromSeq: 3 })).toMatchObject({ position: 2 });
      expect(await one.listMessages(ann, chat, { ...NEWEST_FIRST, limit: 3 })).toMatchObject({ position: 2 });
      expect((await other.listUnreadCounts(ann)).counts).toMatchObject([{ position: 2, unread: 4 }]);
    });

    test('a page that overlaps what was read joins', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'));
      await postInTurn([one, other], await one.newSession('Ben'), chat, 6);
      await accepted(one.markRead(ann, chat, 4));

      expect(await other.listMessages(ann, chat, { ...NEWEST_FIRST, limit: 4 })).toMatchObject({ position: 6 });
    });

    test('a page below the position moves it neither back nor on', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'));
      await postInTurn([one, other], await one.newSession('Ben'), chat, 6);
      await accepted(one.markRead(ann, chat, 5));

      expect(await other.listMessages(ann, chat, { limit: 2 })).toMatchObject({ position: 5 });
      const older = { ...NEWEST_FIRST, fromSeq: 3 };
      expect(await one.listMessages(ann, chat, older)).toMatchObject({
        messages: [{ seq: 2 }, { seq: 1 }],
        position: 5,
      });
    });

    test('a page that begins at the oldest kept joins, whatever was trimmed before it', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'), { maxMessages: 4 });
      const ben = await one.newSession('Ben');
      await postInTurn([one, other], ben, chat, 2);
      await accepted(one.markRead(ann, chat, 2));
      await postInTurn([one, other], ben, chat, 8);

      const skipping = await accepted(other.listMessages(ann, chat, { ...NEWEST_FIRST, limit: 3 }));
      expect(skipping).toMatchObject({ position: 2, missed: 4 });
      const joining = await accepted(other.listMessages(ann, chat, { limit: 3 }));
      expect(joining).toMatchObject({ position: 9, missed: 4 });
      expect(await one.listMessages(ann, chat, { limit: 1 })).toMatchObject({ position: 9, missed: 0 });
    });

    test('a first visit begins just before the oldest kept message and has missed nothing', async ({ one, other }) => {
      const host = await one.newSession('Host');
      const chat = await one.newChat(host, { maxMessages: 4 });
      await postInTurn([one, other], host, chat, 10);
      const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];

      expect(await other.listMessages(ann, chat, { limit: 1 })).toMatchObject({ position: 7, missed: 0 });
      const newest = await accepted(other.listMessages(ben, chat, { ...NEWEST_FIRST, limit: 3 }));
      expect(newest).toMatchObject({ position: 6, missed: 0 });
    });

    test('the creator of a chat has a position from its creation, at 0', async ({ one, other }) => {
      const [host, ben] = [await one.newSession('Host'), await one.newSession('Ben')];
      const chat = await one.newChat(host, { maxMessages: 4 });
      const counts = [{ chatId: chat.id, position: 0, lastSeq: 0, unread: 0, missed: 0 }];
      expect((await other.listUnreadCounts(host)).counts).toEqual(counts);
      await postInTurn([one, other], ben, chat, 10);

      expect(await other.listMessages(host, chat, { markRead: false })).toMatchObject({ position: 0, missed: 6 });
      expect(await one.listMessages(host, chat, { limit: 2 })).toMatchObject({ position: 8, missed: 6 });
    });

    test('a page that is not to be marked as read makes no position', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'), { maxMessages: 4 });
      await postInTurn([one, other], await one.newSession('Ben'), chat, 10);

      const page = await accepted(other.listMessages(ann, chat, { markRead: false }));
      expect(seqsOf(page.messages)).toEqual(range(7, 10));
      expect(page).toMatchObject({ position: undefined, missed: 0 });
      expect((await one.listUnreadCounts(ann)).counts).toEqual([]);
    });

    test('a page that is not to be marked as read leaves the position where it is', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'), { maxMessages: 4 });
      await accepted(one.fetchUnread(ann, chat));
      await postInTurn([one, other], await one.newSession('Ben'), chat, 10);

      for (const handle of [one, other]) {
        const page = await handle.listMessages(ann, chat, { markRead: false });
        expect(page).toMatchObject({ position: 0, missed: 6 });
      }
      expect((await other.listUnreadCounts(ann)).counts).toMatchObject([{ position: 0, unread: 4, missed: 6 }]);
    });

    test('an empty page makes the position of a first visit and moves none', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'), { maxMessages: 4 });
      await postInTurn([one, other], await one.newSession('Ben'), chat, 10);

      expect(await other.listMessages(ann, chat, { fromSeq: 10 })).toMatchObject({ messages: [], position: 6 });
      expect(await one.listMessages(ann, chat, { fromSeq: 10 })).toMatchObject({ messages: [], position: 6 });
    });

    test('earlier pages are not remembered: a walk newest first joins with its last page only', async ({
      one,
      other,
    }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'));
      await postInTurn([one, other], await one.newSession('Ben'), chat, 6);

      const positions = [];
      for (const [handle, fromSeq] of [
        [one, undefined],
        [other, 5],
        [one, 3],
      ] as const) {
        const page = await accepted(handle.listMessages(ann, chat, { ...NEWEST_FIRST, fromSeq, limit: 2 }));
        positions.push(page.position);
      }
      expect(positions).toEqual([0, 0, 2]);
    });

    test('every user has a position of their own in every chat', async ({ one, other }) => {
      const [ann, ben, host] = [await one.newSession('Ann'), await one.newSession('Ben'), await one.newSession('Host')];
      const [first, second] = [await one.newChat(host), await other.newChat(host)];
      for (const chat of [first, second]) await postInTurn([one, other], host, chat, 5);
      await accepted(one.listMessages(ann, first, { limit: 2 }));
      await accepted(other.listMessages(ann, second, { limit: 3 }));
      await accepted(one.listMessages(ben, first, { limit: 4 }));

      const positions = async (user: typeof ann): Promise<unknown> =>
        Object.fromEntries(
          (await other.listUnreadCounts(user)).counts.map(({ chatId, position }) => [chatId, position]),
        );
      expect(await positions(ann)).toEqual({ [first.id]: 2, [second.id]: 3 });
      expect(await positions(ben)).toEqual({ [first.id]: 4 });
    });

    test('pages read at once through both handles leave the highest joined position', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(await one.newSession('Host'));
      await postInTurn([one, other], await one.newSession('Ben'), chat, 20);
      await race([one, other], 20, (handle, turn) =>
        accepted(handle.listMessages(ann, chat, { limit: ((turn * 7) % 20) + 1 })),
      );

      expect((await other.listUnreadCounts(ann)).counts).toMatchObject([{ position: 20, unread: 0 }]);
    });
  });
}

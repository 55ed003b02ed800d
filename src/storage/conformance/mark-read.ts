/** Marking as read: the reader's word on how far they have got. */

import { describe, expect } from 'vitest';

import { accepted, expectInvalid } from './answers.ts';
import { postInTurn } from './post-in-turn.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function markRead(test: StorageTest): void {
  describe('marking as read', () => {
    test('moves the position up and counts what is left', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await postInTurn([one, other], host, chat, 5);

      expect(await other.markRead(ann, chat, 2)).toEqual({ position: 2, unread: 3 });
      expect(await one.markRead(ann, chat, 5)).toEqual({ position: 5, unread: 0 });
      await accepted(one.post(host, chat, 'one more'));
      expect(await other.markRead(ann, chat, 5)).toEqual({ position: 5, unread: 1 });
    });

    test('never moves the position back', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await postInTurn([one, other], host, chat, 5);
      await accepted(one.markRead(ann, chat, 4));

      for (const seq of [3, 0, 4]) expect(await other.markRead(ann, chat, seq)).toEqual({ position: 4, unread: 1 });
    });

    test('goes up to the last seq and is refused beyond it', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await expectInvalid(one.markRead(ann, chat, 1), 'seq');
      await postInTurn([one, other], host, chat, 3);
      await expectInvalid(other.markRead(ann, chat, 4), 'seq');
      await expectInvalid(one.markRead(ann, chat, Number.MAX_SAFE_INTEGER), 'seq');

      expect((await other.listUnreadCounts(ann)).counts).toEqual([]);
      expect(await other.markRead(ann, chat, 3)).toEqual({ position: 3, unread: 0 });
    });

    test('a first visit begins just before the oldest kept message', async ({ one, other }) => {
      const host = await one.newSession('Host');
      const chat = await one.newChat(host, { maxMessages: 3 });
      expect(await other.markRead(await one.newSession('Ann'), chat, 0)).toEqual({ position: 0, unread: 0 });
      await postInTurn([one, other], host, chat, 8);

      expect(await other.markRead(await one.newSession('Ben'), chat, 0)).toEqual({ position: 5, unread: 3 });
      expect(await one.markRead(await one.newSession('Cid'), chat, 2)).toEqual({ position: 5, unread: 3 });
      expect(await other.markRead(await one.newSession('Dan'), chat, 7)).toEqual({ position: 7, unread: 1 });
    });

    test('up to a trimmed seq, what is kept stays unread and the rest stays missed', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host, { maxMessages: 3 });
      await accepted(one.markRead(ann, chat, 0));
      await postInTurn([one, other], host, chat, 8);

      expect(await other.markRead(ann, chat, 2)).toEqual({ position: 2, unread: 3 });
      expect((await one.listUnreadCounts(ann)).counts).toMatchObject([{ position: 2, unread: 3, missed: 3 }]);
    });

    test('at once through both handles leaves the highest', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await postInTurn([one, other], host, chat, 20);
      await race([one, other], 20, (handle, turn) => accepted(handle.markRead(ann, chat, (turn * 7) % 20)));

      expect(await other.markRead(ann, chat, 0)).toEqual({ position: 19, unread: 1 });
    });
  });
}

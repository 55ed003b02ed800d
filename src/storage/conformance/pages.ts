/** Pages of messages: how they are cut, and what a walk through them sees while posts go on. */

import { describe, expect } from 'vitest';

import { messageSizeBound } from '../../domain/encoded-size.ts';
import { MAX_SEQ } from '../../domain/limits.ts';
import type { MessageOrder } from '../../domain/models.ts';
import { accepted, range, seqsOf } from './answers.ts';
import type { ChatId, Handle, Visitor } from './handle.ts';
import { postInTurn } from './post-in-turn.ts';
import type { StorageTest } from './scene.ts';

export function pages(test: StorageTest): void {
  describe('pages of messages', () => {
    test('an empty chat has one empty page, in either order', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST'] as const) {
        const page = await accepted(other.listMessages(ann, chat, { order }));
        expect(page).toEqual({ messages: [], nextFromSeq: undefined, missed: 0, position: 0 });
      }
    });

    test('pages of any size make the same messages, oldest first', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 7 });
      await postInTurn([one, other], ann, chat, 10);
      for (const limit of [1, 2, 3, 6, 7, 8]) {
        expect((await walk(other, ann, chat, 'OLDEST_FIRST', { limit })).flat()).toEqual(range(4, 10));
      }
    });

    test('pages of any size make the same messages, newest first', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 7 });
      await postInTurn([one, other], ann, chat, 10);
      for (const limit of [1, 2, 3, 6, 7, 8]) {
        const newestFirst = range(4, 10).toReversed();
        expect((await walk(one, ann, chat, 'NEWEST_FIRST', { limit })).flat()).toEqual(newestFirst);
      }
    });

    test('a page holds as many messages as asked for while there are any', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      await postInTurn([one, other], ann, chat, 5);

      expect(await walk(other, ann, chat, 'OLDEST_FIRST', { limit: 2 })).toEqual([[1, 2], [3, 4], [5]]);
      expect(await walk(one, ann, chat, 'NEWEST_FIRST', { limit: 2 })).toEqual([[5, 4], [3, 2], [1]]);
      expect(await walk(other, ann, chat, 'NEWEST_FIRST', { limit: 5 })).toEqual([[5, 4, 3, 2, 1]]);
    });

    test('a page names the next one unless it reaches the end', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      await postInTurn([one, other], ann, chat, 4);

      expect(await other.listMessages(ann, chat, { limit: 3 })).toMatchObject({ nextFromSeq: 3 });
      expect(await other.listMessages(ann, chat, { limit: 4 })).toMatchObject({ nextFromSeq: undefined });
      const newest = { order: 'NEWEST_FIRST' } as const;
      expect(await one.listMessages(ann, chat, { ...newest, limit: 3 })).toMatchObject({ nextFromSeq: 2 });
      expect(await one.listMessages(ann, chat, { ...newest, limit: 4 })).toMatchObject({ nextFromSeq: undefined });
    });

    test('a page is cut where its size would pass the bound, and a message that just fits is in it', async ({
      one,
      other,
    }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const texts = ['a', '"quoted"', 'три', 'x'.repeat(500), '😀'.repeat(9), '\n\n', 'end'];
      for (const [index, text] of texts.entries())
        await accepted((index % 2 === 0 ? one : other).post(ann, chat, text));
      const { messages } = await accepted(one.readMessages(chat));

      for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST'] as const) {
        const ordered = order === 'OLDEST_FIRST' ? messages : messages.toReversed();
        for (const count of range(1, texts.length)) {
          const maxBytes = sum(ordered.slice(0, count).map(messageSizeBound));
          const fits = await accepted(other.listMessages(ann, chat, { order, maxBytes }));
          expect(seqsOf(fits.messages)).toEqual(seqsOf(ordered.slice(0, count)));
          const tooSmall = await accepted(other.listMessages(ann, chat, { order, maxBytes: maxBytes - 1 }));
          expect(seqsOf(tooSmall.messages)).toEqual(seqsOf(ordered.slice(0, Math.max(1, count - 1))));
        }
      }
    });

    test('a page has at least one message, however large', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      for (const length of [1_000, 2_000, 3_000]) await accepted(one.post(ann, chat, 'x'.repeat(length)));

      expect(await walk(other, ann, chat, 'OLDEST_FIRST', { maxBytes: 1 })).toEqual([[1], [2], [3]]);
      expect(await walk(other, ann, chat, 'NEWEST_FIRST', { maxBytes: 1 })).toEqual([[3], [2], [1]]);
    });

    test('pages oldest first neither repeat nor skip while posts are added and trimmed', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const chat = await one.newChat(ann, { maxMessages: 10 });
      await postInTurn([one, other], ann, chat, 12);
      const pages = await walk(other, ben, chat, 'OLDEST_FIRST', { limit: 3 }, async (page) => {
        if (page <= 4) await postInTurn([one, other], ann, chat, 2);
      });

      expect(pages.flat()).toEqual(range(3, 20));
    });

    test('pages newest first neither repeat nor skip while posts are added and trimmed', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const chat = await one.newChat(ann, { maxMessages: 10 });
      await postInTurn([one, other], ann, chat, 12);
      const pages = await walk(one, ben, chat, 'NEWEST_FIRST', { limit: 3 }, () =>
        postInTurn([one, other], ann, chat, 1),
      );

      // 3 and 4 are trimmed before the walk gets there.
      expect(pages).toEqual([
        [12, 11, 10],
        [9, 8, 7],
        [6, 5],
      ]);
    });

    test('a page whose place was trimmed goes on with the oldest kept', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 3 });
      await postInTurn([one, other], ann, chat, 10);

      const page = await accepted(other.listMessages(ann, chat, { fromSeq: 2, limit: 2 }));
      expect(seqsOf(page.messages)).toEqual([8, 9]);
      const gone = await accepted(other.listMessages(ann, chat, { order: 'NEWEST_FIRST', fromSeq: 8 }));
      expect(gone).toMatchObject({ messages: [], nextFromSeq: undefined });
      const longGone = await accepted(one.listMessages(ann, chat, { order: 'NEWEST_FIRST', fromSeq: 3 }));
      expect(longGone).toMatchObject({ messages: [], nextFromSeq: undefined });
    });

    test('a page after the last message is empty until the next post', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      await postInTurn([one, other], ann, chat, 3);
      expect(await other.listMessages(ann, chat, { fromSeq: 3 })).toMatchObject({
        messages: [],
        nextFromSeq: undefined,
      });

      await accepted(one.post(ann, chat, 'more'));
      expect(await other.listMessages(ann, chat, { fromSeq: 3 })).toMatchObject({ messages: [{ seq: 4 }] });
    });
  });

  describe('runs of messages for streams', () => {
    test('a run holds what is kept after a seq, in order, and says what the chat keeps', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 4, ttlMs: 60_000 });
      expect(await other.readMessages(chat)).toEqual({
        messages: [],
        kept: { first: 1, last: 0 },
        expiresAt: chat.expiresAt,
      });
      const posted = await postInTurn([one, other], ann, chat, 6);

      const run = { kept: { first: 3, last: 6 }, expiresAt: chat.expiresAt };
      expect(await one.readMessages(chat)).toEqual({ ...run, messages: posted.slice(2) });
      expect(await other.readMessages(chat, { afterSeq: 2 })).toEqual({ ...run, messages: posted.slice(2) });
      expect(await one.readMessages(chat, { afterSeq: 4 })).toEqual({ ...run, messages: posted.slice(4) });
      expect(await other.readMessages(chat, { afterSeq: 4, limit: 1 })).toEqual({
        ...run,
        messages: posted.slice(4, 5),
      });
      expect(await one.readMessages(chat, { afterSeq: 6 })).toEqual({ ...run, messages: [] });
    });

    test('a run from the last seq or beyond it is empty and says what the chat keeps', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 4, ttlMs: 60_000 });
      const { expiresAt } = chat;
      for (const posts of [0, 3, 3]) {
        await postInTurn([one, other], ann, chat, posts);
        const { kept } = await accepted(one.readMessages(chat));
        for (const afterSeq of [kept.last, kept.last + 1, kept.last + 1_000, 2 ** 31, 2 ** 32, MAX_SEQ - 1, MAX_SEQ]) {
          expect(await other.readMessages(chat, { afterSeq })).toEqual({ messages: [], kept, expiresAt });
        }
      }
    });

    test('a run is cut by size like a page', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const posted = await postInTurn([one, other], ann, chat, 5);
      const maxBytes = sum(posted.slice(1, 3).map(messageSizeBound));

      const fits = await accepted(other.readMessages(chat, { afterSeq: 1, maxBytes }));
      expect(seqsOf(fits.messages)).toEqual([2, 3]);
      const tooSmall = await accepted(one.readMessages(chat, { afterSeq: 1, maxBytes: maxBytes - 1 }));
      expect(seqsOf(tooSmall.messages)).toEqual([2]);
      const single = await accepted(one.readMessages(chat, { afterSeq: 1, maxBytes: 1 }));
      expect(seqsOf(single.messages)).toEqual([2]);
    });
  });
}

/** The seqs of all pages; `between` is called with the number of each page before the next is asked for. */
async function walk(
  handle: Handle,
  user: Visitor,
  chat: ChatId,
  order: MessageOrder,
  cut: { readonly limit?: number; readonly maxBytes?: number },
  between?: (page: number) => Promise<unknown>,
): Promise<number[][]> {
  const pages: number[][] = [];
  let fromSeq: number | undefined;
  do {
    const page = await accepted(handle.listMessages(user, chat, { order, fromSeq, ...cut }));
    pages.push(seqsOf(page.messages));
    await between?.(pages.length);
    fromSeq = page.nextFromSeq;
  } while (fromSeq !== undefined && pages.length < 100);
  expect(fromSeq, 'the walk has no end').toBeUndefined();
  return pages;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The list of chats: which chats it shows, in which order, and what a walk through its pages sees. */

import { describe, expect } from 'vitest';

import type { Chat } from '../../domain/models.ts';
import type { ChatCursor } from '../storage.ts';
import { accepted } from './answers.ts';
import type { Handle } from './handle.ts';
import { MINUTE_MS, SECOND_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function chatLists(test: StorageTest): void {
  describe('the list of chats', () => {
    test('no chats make an empty page that is the last', async ({ one }) => {
      expect(await one.listChats()).toEqual({ chats: [], next: undefined });
    });

    test('chats are listed newest first, each as it is when asked for alone', async ({ one, other, clock }) => {
      const ann = await one.newSession('Ann');
      const oldest = await one.newChat(ann, { title: 'oldest', ttlMs: MINUTE_MS });
      clock.advance(SECOND_MS);
      const middle = await other.newChat(ann, { title: 'middle', readOnly: true });
      clock.advance(SECOND_MS);
      const newest = await one.newChat(await other.newSession('Ben'), { title: 'newest', maxMessages: 1 });
      await accepted(one.post(ann, middle, 'one'));
      await accepted(other.post(ann, oldest, 'two'));

      const alone = [await one.getChat(newest), await one.getChat(middle), await one.getChat(oldest)];
      expect((await other.listChats()).chats).toEqual(alone);
      expect((await one.listChats()).chats).toEqual(alone);
    });

    test('chats of the same instant are listed by falling id', async ({ one, other }) => {
      const ann = await one.newSession();
      const ids = [];
      for (const handle of [one, other, one, other, one, other]) ids.push((await handle.newChat(ann)).id);

      const falling = ids.toSorted().toReversed();
      expect((await other.listChats()).chats.map(({ id }) => id)).toEqual(falling);
      expect((await walk(one, 1)).map(({ id }) => id)).toEqual(falling);
    });

    test('pages of any size make the same list', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      for (let count = 0; count < 7; count++) {
        await (count % 2 === 0 ? one : other).newChat(ann);
        if (count % 3 !== 0) clock.advance(1);
      }
      const all = (await one.listChats()).chats;
      expect(all).toHaveLength(7);
      for (const limit of [1, 2, 3, 6, 7, 8]) expect(await walk(other, limit)).toEqual(all);
    });

    test('a page holds at most as many chats as asked for', async ({ one, other }) => {
      const ann = await one.newSession();
      for (const handle of [one, other, one]) await handle.newChat(ann);

      const page = await other.listChats({ limit: 2 });
      expect(page.chats).toHaveLength(2);
      expect(page.next).toBeDefined();
    });

    test('neither unlisted nor closed nor expired chats are listed', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const open = await one.newChat(ann);
      await other.newChat(ann, { unlisted: true });
      await one.newChat(ann, { ttlMs: MINUTE_MS });
      await other.closeChat(ann, await one.newChat(ann));
      clock.advance(MINUTE_MS);

      expect((await one.listChats()).chats.map(({ id }) => id)).toEqual([open.id]);
      expect((await walk(other, 1)).map(({ id }) => id)).toEqual([open.id]);
    });

    test('with the unlisted ones every open chat is listed, newest first, in pages of any size', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession();
      const open: string[] = [];
      for (let count = 0; count < 9; count++) {
        const chat = await (count % 2 === 0 ? one : other).newChat(ann, { unlisted: count % 3 === 0 });
        clock.advance(1);
        if (count === 4) await one.closeChat(ann, chat);
        else open.unshift(chat.id);
      }
      await other.newChat(ann, { unlisted: true, ttlMs: MINUTE_MS });
      await other.newChat(ann, { ttlMs: MINUTE_MS });
      clock.advance(MINUTE_MS);

      for (const limit of [1, 2, 3, 7, 8, 9]) {
        expect((await walk(other, { limit, unlisted: true })).map(({ id }) => id)).toEqual(open);
      }
      const { chats } = await one.listChats({ unlisted: true });
      for (const chat of chats) expect(await other.getChat(chat)).toEqual(chat);
    });

    test('a walk passes over any number of chats that are gone, page by page', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const open: string[] = [];
      for (let count = 0; count < 4; count++) {
        clock.advance(1);
        open.unshift((await one.newChat(ann)).id);
        clock.advance(1);
        const going = await race([one, other], 40, (handle, turn) =>
          handle.newChat(ann, { ttlMs: turn % 2 === 0 ? MINUTE_MS : undefined }),
        );
        await race([one, other], 20, (handle, turn) => handle.closeChat(ann, going[2 * turn + 1]!));
      }
      clock.advance(MINUTE_MS);

      for (const limit of [1, 2, 3, 4, 500]) {
        expect((await walk(limit % 2 === 0 ? one : other, limit)).map(({ id }) => id)).toEqual(open);
      }
    });

    test('a walk shows every chat open during all of it exactly once, whatever opens and closes meanwhile', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession();
      const staying: string[] = [];
      const leaving: Chat[] = [];
      for (let count = 0; count < 8; count++) {
        if (count % 2 === 0) clock.advance(SECOND_MS);
        staying.push((await one.newChat(ann)).id);
        leaving.push(await other.newChat(ann, { ttlMs: 10 * MINUTE_MS }));
      }

      const shown: string[] = [];
      await walk(one, 3, async (page) => {
        shown.push(...page.map(({ id }) => id));
        clock.advance(SECOND_MS);
        await other.newChat(ann);
        const closing = leaving.shift();
        if (closing !== undefined) await other.closeChat(ann, closing);
        if (shown.length > 6) clock.advance(10 * MINUTE_MS);
      });
      expect(shown).toHaveLength(new Set(shown).size);
      expect(shown.filter((id) => staying.includes(id)).toSorted()).toEqual(staying.toSorted());
    });

    test('a page begins after its cursor even when that chat has closed', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chats: Chat[] = [];
      for (let count = 0; count < 4; count++) {
        chats.unshift(await one.newChat(ann));
        clock.advance(1);
      }
      const { next } = await one.listChats({ limit: 2 });
      for (const chat of chats.slice(0, 2)) await other.closeChat(ann, chat);

      expect(await other.listChats({ after: next })).toMatchObject({ chats: chats.slice(2).map(({ id }) => ({ id })) });
    });
  });
}

/** All chats, page by page; `visit` sees each page before the next is asked for. */
async function walk(
  handle: Handle,
  options: number | { readonly limit: number; readonly unlisted: boolean },
  visit?: (page: readonly Chat[]) => Promise<void>,
): Promise<readonly Chat[]> {
  const chats: Chat[] = [];
  const { limit, unlisted } = typeof options === 'number' ? { limit: options, unlisted: false } : options;
  let after: ChatCursor | undefined;
  for (let pages = 0; pages < 100; pages++) {
    const page = await handle.listChats({ unlisted, after, limit });
    expect(page.chats.length).toBeLessThanOrEqual(limit);
    chats.push(...page.chats);
    await visit?.(page.chats);
    if (page.next === undefined) return chats;
    after = page.next;
  }
  throw new Error('the list has no end after 100 pages');
}

/** Unread counts: the chats in which a user has a position, and how much each holds for them. */

import { describe, expect } from 'vitest';

import type { Chat, UnreadCount } from '../../domain/models.ts';
import type { ChatCursor } from '../storage.ts';
import { accepted } from './answers.ts';
import type { Handle, Visitor } from './handle.ts';
import { MINUTE_MS, SECOND_MS } from './moved-clock.ts';
import { postInTurn } from './post-in-turn.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function unreadCounts(test: StorageTest): void {
  describe('unread counts', () => {
    test('a user who has been nowhere has none', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      await postInTurn([one, other], host, await one.newChat(host), 3);
      expect(await other.listUnreadCounts(ann)).toEqual({ counts: [], next: undefined });
    });

    test('each count tells the position, the last seq, what is unread and what was missed', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host, { maxMessages: 4 });
      await accepted(one.fetchUnread(ann, chat));
      const expectCount = async (count: Omit<UnreadCount, 'chatId'>): Promise<void> => {
        for (const handle of [other, one]) {
          expect((await handle.listUnreadCounts(ann)).counts).toEqual([{ chatId: chat.id, ...count }]);
        }
      };

      await expectCount({ position: 0, lastSeq: 0, unread: 0, missed: 0 });
      await postInTurn([one, other], host, chat, 3);
      await expectCount({ position: 0, lastSeq: 3, unread: 3, missed: 0 });
      await accepted(one.markRead(ann, chat, 2));
      await expectCount({ position: 2, lastSeq: 3, unread: 1, missed: 0 });
      await postInTurn([one, other], host, chat, 3);
      await expectCount({ position: 2, lastSeq: 6, unread: 4, missed: 0 });
      await postInTurn([one, other], host, chat, 4);
      await expectCount({ position: 2, lastSeq: 10, unread: 4, missed: 4 });
      await accepted(other.fetchUnread(ann, chat));
      await expectCount({ position: 10, lastSeq: 10, unread: 0, missed: 0 });
    });

    test('fetching, marking and listing make a position, looking does not', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chats = [];
      for (const handle of [one, other, one, other, one]) chats.push(await handle.newChat(host));
      const [fetched, acknowledged, marked, listed, onlySeen] = chats as [Chat, Chat, Chat, Chat, Chat];
      await accepted(one.fetchUnread(ann, fetched));
      await accepted(other.fetchUnread(ann, acknowledged, { ackSeq: 0 }));
      await accepted(one.markRead(ann, marked, 0));
      await accepted(other.listMessages(ann, listed));
      await accepted(one.listMessages(ann, onlySeen, { markRead: false }));
      await accepted(other.readMessages(onlySeen));
      await accepted(one.getChat(onlySeen));
      await one.noteActivity(onlySeen, ann);

      const visited = [fetched, acknowledged, marked, listed].map(({ id }) => id);
      expect(chatIds((await other.listUnreadCounts(ann)).counts).toSorted()).toEqual(visited.toSorted());
    });

    test('the most recently created chats come first, at the same instant by falling id', async ({
      one,
      other,
      clock,
    }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const created: Chat[] = [];
      for (let count = 0; count < 6; count++) {
        created.push(await (count % 2 === 0 ? one : other).newChat(host, { unlisted: count % 3 === 0 }));
        if (count % 2 === 1) clock.advance(1);
      }
      for (const chat of created.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
        await accepted(other.fetchUnread(ann, chat));

      const newestFirst = created.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
      expect(chatIds((await one.listUnreadCounts(ann)).counts)).toEqual(newestFirst.map(({ id }) => id));
    });

    test('pages of any size make the same counts', async ({ one, other, clock }) => {
      const host = await one.newSession('Host');
      for (let count = 0; count < 7; count++) {
        const chat = await one.newChat(host);
        await postInTurn([one, other], host, chat, count);
        if (count % 3 !== 0) clock.advance(1);
      }
      const all = (await other.listUnreadCounts(host)).counts;
      expect(all).toHaveLength(7);
      for (const limit of [1, 2, 3, 6, 7, 8]) expect(await walk(one, host, limit)).toEqual(all);
    });

    test('a walk shows every chat open during all of it exactly once, whatever opens and closes meanwhile', async ({
      one,
      other,
      clock,
    }) => {
      const host = await one.newSession('Host');
      const staying: string[] = [];
      const leaving: Chat[] = [];
      for (let count = 0; count < 6; count++) {
        if (count % 2 === 0) clock.advance(SECOND_MS);
        staying.push((await one.newChat(host)).id);
        leaving.push(await other.newChat(host));
      }
      const counts = await walk(one, host, 2, async () => {
        clock.advance(SECOND_MS);
        await other.newChat(host);
        const closing = leaving.shift();
        if (closing !== undefined) await other.closeChat(host, closing);
      });

      const shown = chatIds(counts);
      expect(shown).toHaveLength(new Set(shown).size);
      expect(shown.filter((id) => staying.includes(id)).toSorted()).toEqual(staying.toSorted());
    });

    test('a walk passes over any number of chats that are gone, page by page', async ({ one, other, clock }) => {
      const host = await one.newSession('Host');
      const open: string[] = [];
      for (let count = 0; count < 3; count++) {
        clock.advance(1);
        open.unshift((await one.newChat(host)).id);
        clock.advance(1);
        const going = await race([one, other], 40, (handle, turn) =>
          handle.newChat(host, { ttlMs: turn % 2 === 0 ? MINUTE_MS : undefined }),
        );
        await race([one, other], 20, (handle, turn) => handle.closeChat(host, going[2 * turn + 1]!));
      }
      clock.advance(MINUTE_MS);

      for (const limit of [1, 2, 3, 500]) {
        expect(chatIds(await walk(limit % 2 === 0 ? one : other, host, limit))).toEqual(open);
      }
    });

    test('closed and expired chats are not counted', async ({ one, other, clock }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const open = await one.newChat(host);
      const closed = await one.newChat(host);
      const expired = await one.newChat(host, { ttlMs: MINUTE_MS });
      for (const chat of [open, closed, expired]) await accepted(other.fetchUnread(ann, chat));
      await one.closeChat(host, closed);
      clock.moveTo(expired.expiresAt - 1);
      expect(chatIds(await walk(other, ann, 1)).toSorted()).toEqual([open.id, expired.id].toSorted());

      clock.advance(1);
      for (const user of [ann, host]) {
        expect(chatIds((await other.listUnreadCounts(user)).counts)).toEqual([open.id]);
        expect(chatIds(await walk(one, user, 1))).toEqual([open.id]);
      }
    });

    test('counting changes nothing', async ({ one, other }) => {
      const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
      const chat = await one.newChat(host);
      await accepted(one.fetchUnread(ann, chat));
      await postInTurn([one, other], host, chat, 3);
      const before = [await one.listUnreadCounts(ann), await one.getChat(chat)];

      expect([await other.listUnreadCounts(ann), await other.getChat(chat)]).toEqual(before);
    });
  });
}

function chatIds(counts: readonly UnreadCount[]): string[] {
  return counts.map(({ chatId }) => chatId);
}

/** All counts, page by page; `between` is called before the next page is asked for. */
async function walk(
  handle: Handle,
  user: Visitor,
  limit: number,
  between?: () => Promise<void>,
): Promise<readonly UnreadCount[]> {
  const counts: UnreadCount[] = [];
  let after: ChatCursor | undefined;
  for (let pages = 0; pages < 100; pages++) {
    const page = await handle.listUnreadCounts(user, { after, limit });
    expect(page.counts.length).toBeLessThanOrEqual(limit);
    counts.push(...page.counts);
    await between?.();
    if (page.next === undefined) return counts;
    after = page.next;
  }
  throw new Error('the counts have no end after 100 pages');
}

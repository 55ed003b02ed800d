/** The list of sessions: which it shows, in which order, and what a walk through its pages sees. */

import { describe, expect } from 'vitest';

import { NEVER } from '../../domain/lifetime.ts';
import type { LiveSession } from '../../domain/models.ts';
import { type Handle, SESSION_TTL_MS, type Visitor } from './handle.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function sessionLists(test: StorageTest): void {
  describe('the list of sessions', () => {
    test('no sessions make an empty page that is the last', async ({ one }) => {
      expect(await one.listSessions()).toEqual({ sessions: [], next: undefined });
    });

    test('every session is there as its user sees it, with how many chats it has open', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession('Ann 🫖');
      clock.advance(SECOND_MS);
      const ben = await other.newSession('Бен');
      await one.newChat(ann, { unlisted: true });
      await other.newChat(ann, { ttlMs: HOUR_MS });
      await other.closeChat(ann, await one.newChat(ann));

      const alone = [
        { ...(await one.session(ann)), openChats: 2 },
        { ...(await one.session(ben)), openChats: 0 },
      ];
      expect(alone[0]).toMatchObject({ expiresAt: NEVER });
      for (const handle of [one, other]) {
        const { sessions } = await handle.listSessions();
        expect(sessions.toSorted((a, b) => a.createdAt - b.createdAt)).toEqual(alone);
      }
    });

    test('a chat that is over is not counted, whether or not somebody has swept', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      await one.newChat(ann, { ttlMs: MINUTE_MS });
      await one.newChat(ann, { ttlMs: HOUR_MS });
      clock.advance(MINUTE_MS);

      expect(await other.listSessions()).toMatchObject({ sessions: [{ openChats: 1 }] });
      await one.sweepAll();
      expect(await other.listSessions()).toMatchObject({ sessions: [{ openChats: 1 }] });
    });

    test('sessions are listed by falling id, in pages of any size', async ({ one, other }) => {
      const visitors = await newSessions([one, other], 7);
      const falling = visitors
        .map(({ userId }) => userId)
        .toSorted()
        .toReversed();

      for (const limit of [1, 2, 3, 6, 7, 8]) expect(idsOf(await walk(other, limit))).toEqual(falling);
    });

    test('a page holds at most as many sessions as asked for', async ({ one, other }) => {
      await newSessions([one, other], 3);
      const page = await other.listSessions({ limit: 2 });
      expect(page.sessions).toHaveLength(2);
      expect(page.next).toBeDefined();
    });

    test('neither ended nor expired sessions are listed', async ({ one, other, clock }) => {
      const [gone, over, live] = await newSessions([one, other], 3);
      await one.endSession(gone!);
      const left = [over!, live!]
        .map(({ userId }) => userId)
        .toSorted()
        .toReversed();
      for (const handle of [one, other]) expect(idsOf(await walk(handle, 1))).toEqual(left);
      clock.advance(SESSION_TTL_MS - 1);
      const chat = await one.newChat(live!);
      await other.post(live!, chat, 'still here');
      clock.advance(1);

      expect(await one.authenticate(over!)).toMatchObject({ code: 'UNAUTHENTICATED' });
      for (const handle of [one, other]) expect(idsOf(await walk(handle, 1))).toEqual([live!.userId]);
    });

    test('a walk passes over any number of sessions that are gone, page by page', async ({ one, other, clock }) => {
      await newSessions([one, other], 30);
      clock.advance(SESSION_TTL_MS - MINUTE_MS);
      const live = await newSessions([one, other], 5);
      clock.advance(MINUTE_MS);

      const falling = live
        .map(({ userId }) => userId)
        .toSorted()
        .toReversed();
      for (const limit of [1, 2, 4, 500]) expect(idsOf(await walk(one, limit))).toEqual(falling);
      await other.sweepAll();
      expect(idsOf(await walk(one, 2))).toEqual(falling);
    });

    test('a walk shows every session live during all of it exactly once, whatever begins, ends and posts meanwhile', async ({
      one,
      other,
      clock,
    }) => {
      const staying = await newSessions([one, other], 8);
      const leaving = [...(await newSessions([one, other], 8))];
      const chat = await one.newChat(staying[0]!);

      const shown: string[] = [];
      await walk(one, 3, async (page) => {
        shown.push(...idsOf(page));
        clock.advance(SECOND_MS);
        await other.newSession();
        await other.post(staying[3]!, chat, 'moves the deadline');
        const ending = leaving.shift();
        if (ending !== undefined) await other.endSession(ending);
      });
      expect(shown).toHaveLength(new Set(shown).size);
      const ids = staying.map(({ userId }) => userId);
      expect(shown.filter((id) => ids.includes(id)).toSorted()).toEqual(ids.toSorted());
    });

    test('a page begins after its cursor even when that session has ended', async ({ one, other }) => {
      const visitors = await newSessions([one, other], 4);
      const { sessions, next } = await one.listSessions({ limit: 2 });
      for (const { userId } of sessions) await other.endSession(visitors.find((visitor) => visitor.userId === userId)!);

      const rest = visitors
        .map(({ userId }) => userId)
        .toSorted()
        .toReversed()
        .slice(2);
      expect(idsOf((await other.listSessions({ after: next })).sessions)).toEqual(rest);
    });

    test('looking changes nothing', async ({ one, other }) => {
      const [ann] = await newSessions([one], 1);
      const before = await one.session(ann!);
      await other.listSessions();
      expect(await one.session(ann!)).toEqual(before);
    });
  });
}

function newSessions(handles: readonly Handle[], count: number): Promise<readonly Visitor[]> {
  return race(handles, count, (handle) => handle.newSession());
}

function idsOf(sessions: readonly LiveSession[]): readonly string[] {
  return sessions.map(({ userId }) => userId);
}

/** All sessions, page by page; `visit` sees each page before the next is asked for. */
async function walk(
  handle: Handle,
  limit: number,
  visit?: (page: readonly LiveSession[]) => Promise<void>,
): Promise<readonly LiveSession[]> {
  const sessions: LiveSession[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 100; pages++) {
    const page = await handle.listSessions({ after, limit });
    expect(page.sessions.length).toBeLessThanOrEqual(limit);
    sessions.push(...page.sessions);
    await visit?.(page.sessions);
    if (page.next === undefined) return sessions;
    after = page.next;
  }
  throw new Error('the list has no end after 100 pages');
}

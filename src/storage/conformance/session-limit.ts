/** The limit of live sessions: exact whatever races, and when a place becomes free. */

import { describe, expect } from 'vitest';

import { accepted, expectRefusal, tally } from './answers.ts';
import { asUser, SESSION_TTL_MS, type Visitor } from './handle.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

/** An expired session's place is free at the latest this long after its deadline. */
const PLACE_FREE_WITHIN_MS = 5 * SECOND_MS;

export function sessionLimit(test: StorageTest): void {
  describe('the limit of sessions', () => {
    test('refuses the 21st session when the limit is 20', async ({ one, other }) => {
      for (let count = 0; count < 20; count++) {
        await accepted((count % 2 === 0 ? one : other).createSession({ maxUsers: 20 }));
      }
      await expectRefusal(one.createSession({ maxUsers: 20 }), 'USER_LIMIT_REACHED');
      await expectRefusal(other.createSession({ maxUsers: 20 }), 'USER_LIMIT_REACHED');
    });

    test('lets exactly 20 of 60 in when the limit is 20 and all come at once', async ({ one, other }) => {
      const results = await race([one, other], 60, (handle) => handle.createSession({ maxUsers: 20 }));

      expect(tally(results)).toEqual({ accepted: 20, USER_LIMIT_REACHED: 40 });
      await expectRefusal(other.createSession({ maxUsers: 20 }), 'USER_LIMIT_REACHED');
    });

    test('gives one free place to exactly one of many takers', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      for (let count = 1; count < 5; count++) await other.newSession();
      await one.endSession(ann);

      const results = await race([one, other], 30, (handle) => handle.createSession({ maxUsers: 5 }));
      expect(tally(results)).toEqual({ accepted: 1, USER_LIMIT_REACHED: 29 });
    });

    test('never overshoots while sessions end and others come', async ({ one, other }) => {
      const leaving: Visitor[] = [];
      for (let count = 0; count < 10; count++) leaving.push(await one.newSession());
      const results = await race([one, other], 40, async (handle, turn) => {
        const left = turn % 4 === 0 ? leaving[turn / 4] : undefined;
        if (left !== undefined) await handle.endSession(left);
        return handle.createSession({ maxUsers: 10 });
      });

      const came = tally(results)['accepted'] ?? 0;
      expect(came).toBeLessThanOrEqual(10);
      const rest = await race([one, other], 20, (handle) => handle.createSession({ maxUsers: 10 }));
      expect(came + (tally(rest)['accepted'] ?? 0)).toBe(10);
    });

    test('has no limit when it is 0', async ({ one, other }) => {
      const results = await race([one, other], 30, (handle) => handle.createSession({ maxUsers: 0 }));
      expect(tally(results)).toEqual({ accepted: 30 });
    });

    test('judges each call by the limit that comes with it', async ({ one, other }) => {
      for (let count = 0; count < 4; count++) await one.newSession();
      await expectRefusal(other.createSession({ maxUsers: 3 }), 'USER_LIMIT_REACHED');
      await expectRefusal(other.createSession({ maxUsers: 4 }), 'USER_LIMIT_REACHED');
      await accepted(one.createSession({ maxUsers: 5 }));
      await accepted(other.createSession({ maxUsers: 0 }));
      await expectRefusal(one.createSession({ maxUsers: 6 }), 'USER_LIMIT_REACHED');
    });

    test('a refused session does not exist', async ({ one, other }) => {
      await one.newSession();
      const ben = one.newVisitor('Ben');
      await expectRefusal(
        one.createSession({ user: asUser(ben), tokenHash: ben.tokenHash, maxUsers: 1 }),
        'USER_LIMIT_REACHED',
      );

      await expectRefusal(other.authenticate(ben), 'UNAUTHENTICATED');
      expect(await one.getStats()).toMatchObject({ users: 1 });
    });

    test('the place of an expired session is free 5 s after its deadline, and not before the deadline', async ({
      one,
      other,
      clock,
    }) => {
      await one.newSession();
      const expiresAt = clock.now + SESSION_TTL_MS;
      clock.moveTo(expiresAt - 1);
      await expectRefusal(other.createSession({ maxUsers: 1 }), 'USER_LIMIT_REACHED');
      clock.moveTo(expiresAt + PLACE_FREE_WITHIN_MS);

      const results = await race([one, other], 10, (handle) => handle.createSession({ maxUsers: 1 }));
      expect(tally(results)).toEqual({ accepted: 1, USER_LIMIT_REACHED: 9 });
    });

    test('a session prolonged by a post keeps its place until its new deadline', async ({ one, other, clock }) => {
      const host = await one.newSession('Host');
      const chat = await one.newChat(host);
      const ann = await one.newSession('Ann');
      clock.advance(SESSION_TTL_MS - 1);
      await accepted(other.post(ann, chat, 'still here'));
      const { expiresAt } = await one.session(ann);
      clock.advance(MINUTE_MS);
      await expectRefusal(one.createSession({ maxUsers: 2 }), 'USER_LIMIT_REACHED');
      clock.moveTo(expiresAt + PLACE_FREE_WITHIN_MS);

      await accepted(other.createSession({ maxUsers: 2 }));
    });

    test('prolonged sessions do not keep the places of those that expired', async ({ one, other, clock }) => {
      const chat = await one.newChat(await one.newSession('Host'));
      const staying = [await one.newSession('Ann'), await other.newSession('Ben')];
      await one.newSession('Cid');
      const expiresAt = clock.now + SESSION_TTL_MS;
      clock.advance(MINUTE_MS);
      for (const [index, user] of staying.entries()) {
        await accepted((index % 2 === 0 ? one : other).post(user, chat, 'still here'));
      }
      clock.moveTo(expiresAt - 1);
      await expectRefusal(one.createSession({ maxUsers: 4 }), 'USER_LIMIT_REACHED');
      clock.moveTo(expiresAt + PLACE_FREE_WITHIN_MS);

      const results = await race([one, other], 10, (handle) => handle.createSession({ maxUsers: 4 }));
      expect(tally(results)).toEqual({ accepted: 1, USER_LIMIT_REACHED: 9 });
      for (const user of staying) await other.session(user);
    });

    test('a session with an endless chat keeps its place until its end after the closing', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      clock.advance(400 * DAY_MS);
      await expectRefusal(other.createSession({ maxUsers: 1 }), 'USER_LIMIT_REACHED');
      await other.closeChat(ann, chat);
      clock.advance(SESSION_TTL_MS - 1);
      await expectRefusal(one.createSession({ maxUsers: 1 }), 'USER_LIMIT_REACHED');
      clock.advance(1 + PLACE_FREE_WITHIN_MS);

      await accepted(other.createSession({ maxUsers: 1 }));
    });

    test('a session whose end was brought forward by a closing gives its place back then', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { ttlMs: DAY_MS });
      await other.closeChat(ann, chat);
      clock.advance(SESSION_TTL_MS + PLACE_FREE_WITHIN_MS);

      await accepted(one.createSession({ maxUsers: 1 }));
    });
  });
}

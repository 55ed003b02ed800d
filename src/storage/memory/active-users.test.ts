import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isOver, NEVER } from '../../domain/lifetime.ts';
import { ACTIVITY_RESOLUTION_MS } from '../../domain/limits.ts';
import { range } from '../conformance/answers.ts';
import { ActiveUsers, NOT_YET, type Activity } from './active-users.ts';

const NOW = Date.UTC(2030, 0, 1);

const TTL_MS = 60_000;

/** A user whose session ends at `expiresAt`, which a test may move. */
function user(userId: string, expiresAt = NEVER): Activity & { expiresAt: number } {
  const shown = { userId, displayName: userId.toUpperCase() };
  return { id: userId, user: shown, expiresAt, ttlMs: TTL_MS, lastActiveAt: NOT_YET, indexedAt: NEVER };
}

describe('the active users of a chat', () => {
  test('are those last active after a time, most recently active first', () => {
    const users = new ActiveUsers();
    const [ann, bob, cid] = [user('ann'), user('bob'), user('cid')];
    users.note(ann, NOW);
    users.note(bob, NOW + 1);
    users.note(cid, NOW + 2);
    expect(users.count(NOW)).toBe(2);
    expect(users.latest(NOW, 20)).toEqual([
      { userId: 'cid', displayName: 'CID', lastActiveAt: NOW + 2 },
      { userId: 'bob', displayName: 'BOB', lastActiveAt: NOW + 1 },
    ]);
    expect(users.count(NOW - 1)).toBe(3);
    expect(users.latest(NOW - 1, 1).map(({ userId }) => userId)).toEqual(['cid']);
  });

  test('are noted at most every 10 s', () => {
    const users = new ActiveUsers();
    const ann = user('ann');
    users.note(ann, NOW);
    users.note(ann, NOW + ACTIVITY_RESOLUTION_MS - 1);
    expect(ann.lastActiveAt).toBe(NOW);
    users.note(ann, NOW + ACTIVITY_RESOLUTION_MS);
    expect(users.latest(NOW, 20)).toEqual([
      { userId: 'ann', displayName: 'ANN', lastActiveAt: NOW + ACTIVITY_RESOLUTION_MS },
    ]);
    expect(users.count(NOW)).toBe(1);
  });

  test('are counted apart when active at the same time', () => {
    const users = new ActiveUsers();
    for (const name of ['ann', 'bob', 'cid']) users.note(user(name), NOW);
    expect(users.count(NOW - 1)).toBe(3);
    expect(users.count(NOW)).toBe(0);
  });

  test('leave when they are removed, active or not', () => {
    const users = new ActiveUsers();
    const [ann, bob] = [user('ann'), user('bob')];
    users.note(ann, NOW);
    users.note(bob, NOW + 5);
    expect(users.count(NOW)).toBe(1);
    users.remove(ann);
    expect(users.count(NOW)).toBe(1);
    users.remove(bob);
    users.remove(bob);
    users.remove(user('cid'));
    expect(users.count(NOW)).toBe(0);
    expect(users.count(NOW - 1)).toBe(0);
  });

  test('leave when their session is over, not before', () => {
    const users = new ActiveUsers();
    const [ann, bob] = [user('ann', NOW + 100), user('bob', NOW + 200)];
    for (const each of [ann, bob]) users.note(each, NOW);
    expect(users.expire(NOW + 99, 10)).toBe(0);
    expect(users.count(NOW - 1)).toBe(2);
    expect(users.expire(NOW + 100, 10)).toBe(1);
    expect(users.latest(NOW - 1, 20).map(({ userId }) => userId)).toEqual(['bob']);
    expect(users.count(NOW - 1)).toBe(1);
  });

  test('stay as long as their session is prolonged', () => {
    const users = new ActiveUsers();
    const ann = user('ann', NOW + 100);
    users.note(ann, NOW);
    ann.expiresAt = NOW + TTL_MS;
    users.expire(NOW + TTL_MS - 1, 10);
    expect(users.count(NOW - 1)).toBe(1);
    users.expire(NOW + TTL_MS, 10);
    expect(users.count(NOW - 1)).toBe(0);
  });

  test.for([
    ['was out of sight', NEVER],
    ['was far away', NOW + 10 * TTL_MS],
  ] as const)('leave in time when a closing has brought the end of their session nearer, which %s', ([, expiresAt]) => {
    const users = new ActiveUsers();
    const ann = user('ann', expiresAt);
    users.note(ann, NOW);
    for (const at of [NOW + 2 * TTL_MS, NOW + 5 * TTL_MS]) {
      users.expire(at, 10);
      expect(users.count(NOW - 1)).toBe(1);
    }
    ann.expiresAt = NOW + 5 * TTL_MS + 1 + TTL_MS;
    users.expire(ann.expiresAt - 1, 10);
    expect(users.count(NOW - 1)).toBe(1);
    users.expire(ann.expiresAt, 10);
    expect(users.count(NOW - 1)).toBe(0);
  });

  test('whose session is over are taken out as many at a time as asked for', () => {
    const users = new ActiveUsers();
    for (let count = 0; count < 25; count++) users.note(user(`user-${count}`, NOW + count), NOW);
    expect([10, 10, 10].map((limit) => users.expire(NOW + 25, limit))).toEqual([10, 10, 5]);
    expect(users.count(NOW - 1)).toBe(0);
  });

  const time = fc.nat(10).map((tens) => NOW + tens * ACTIVITY_RESOLUTION_MS);
  const step = fc.record({ isNote: fc.boolean(), who: fc.nat(30), at: time, activeSince: time });

  test('are counted right whatever is noted, removed and asked about', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const users = new ActiveUsers();
        const all = new Map<number, Activity>();
        for (const { isNote, who, at, activeSince } of steps) {
          const activity = all.get(who) ?? user(`user-${who}`);
          all.set(who, activity);
          if (isNote) users.note(activity, at);
          else users.remove(activity);
          const active = [...all.values()].filter(({ lastActiveAt }) => lastActiveAt > activeSince);
          expect(users.count(activeSince)).toBe(active.length);
          expect(users.latest(activeSince, 100)).toHaveLength(active.length);
        }
      }),
    );
  });

  const event = fc.record({
    what: fc.constantFrom('note', 'post', 'open a chat', 'close the chats', 'look'),
    who: fc.nat(5),
    passedMs: fc.nat(TTL_MS / 2),
  });

  test('are those whose session is not over, however its end moves', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        const users = new ActiveUsers();
        const all = range(0, 5).map((who) => user(`user-${who}`, NOW + who * TTL_MS));
        const noted = new Set<Activity>();
        let now = NOW;
        for (const { what, who, passedMs } of events) {
          now += passedMs;
          const one = all[who]!;
          if (what === 'look') users.expire(now, who);
          if (isOver(one.expiresAt, now)) continue;
          if (what === 'note') {
            users.note(one, now);
            noted.add(one);
          }
          if (what === 'post') one.expiresAt = Math.max(one.expiresAt, now + TTL_MS);
          if (what === 'open a chat') one.expiresAt = NEVER;
          if (what === 'close the chats') one.expiresAt = now + TTL_MS;
        }
        while (users.expire(now, 2) === 2);
        const left = [...noted].filter(({ expiresAt }) => !isOver(expiresAt, now));
        expect(users.count(-Infinity)).toBe(left.length);
      }),
    );
  });
});

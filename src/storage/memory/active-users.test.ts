import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { ACTIVITY_RESOLUTION_MS } from '../../domain/limits.ts';
import { ActiveUsers, NOT_YET, type Activity } from './active-users.ts';

const NOW = Date.UTC(2030, 0, 1);

function user(userId: string): Activity {
  return { user: { userId, displayName: userId.toUpperCase() }, lastActiveAt: NOT_YET };
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
});

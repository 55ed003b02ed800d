import { describe, expect, test } from 'vitest';

import { type FoundLine, SessionLookups } from './session-lookups.ts';

const NONE: FoundLine = { display_name: null, token_hash: null, created_at: null, deadline: null };

function lineOf(userId: string): FoundLine {
  return userId === 'nobody' ? NONE : { display_name: userId, token_hash: Buffer.alloc(0), created_at: 1, deadline: 2 };
}

/** Lookups, and what was asked for by each statement. */
function scene(answer = (userIds: readonly string[]) => userIds.map(lineOf)) {
  const asked: { readonly userIds: readonly string[]; readonly nows: readonly number[] }[] = [];
  const lookups = new SessionLookups(async (userIds, nows) => {
    asked.push({ userIds, nows });
    return answer(userIds);
  });
  return { lookups, asked };
}

describe('sessions that are looked for', () => {
  test('in one turn are looked for together, each at its own time, and each gets its own answer', async () => {
    const { lookups, asked } = scene();
    const found = await Promise.all([lookups.find('ann', 5), lookups.find('nobody', 6), lookups.find('ann', 7)]);
    expect(found.map((line) => line?.display_name)).toEqual(['ann', undefined, 'ann']);
    expect(asked).toEqual([{ userIds: ['ann', 'nobody', 'ann'], nows: [5, 6, 7] }]);
    await lookups.find('bob', 8);
    expect(asked.at(-1)).toEqual({ userIds: ['bob'], nows: [8] });
  });

  test('do not wait for what was looked for before', async () => {
    const { promise, resolve } = Promise.withResolvers<readonly FoundLine[]>();
    const lookups = new SessionLookups((userIds) =>
      userIds.includes('ann') ? promise : Promise.resolve(userIds.map(lineOf)),
    );
    const ann = lookups.find('ann', 1);
    await lookups.sent();
    expect(await lookups.find('bob', 1)).toMatchObject({ display_name: 'bob' });
    resolve([lineOf('ann')]);
    expect(await ann).toMatchObject({ display_name: 'ann' });
  });

  test('in very great number are looked for by several statements', async () => {
    const { lookups, asked } = scene();
    const names = Array.from({ length: 600 }, (_, index) => `user ${index}`);
    const found = await Promise.all(names.map((name) => lookups.find(name, 1)));
    expect(found.map((line) => line?.display_name)).toEqual(names);
    expect(asked.map(({ userIds }) => userIds.length)).toEqual([256, 256, 88]);
  });

  test('by somebody who has gone meanwhile are not looked for', async () => {
    const { lookups, asked } = scene();
    const controller = new AbortController();
    const gone = lookups.find('ann', 1, controller.signal);
    const bob = lookups.find('bob', 1);
    const reason = new Error('nobody is waiting');
    controller.abort(reason);
    await expect(gone).rejects.toBe(reason);
    expect(await bob).toMatchObject({ display_name: 'bob' });
    expect(asked.map(({ userIds }) => userIds)).toEqual([['bob']]);
  });

  test('all fail when the statement does, or answers too little', async () => {
    const failure = new Error('away');
    const failing = scene(() => {
      throw failure;
    });
    const outcomes = await Promise.allSettled([failing.lookups.find('ann', 1), failing.lookups.find('bob', 1)]);
    expect(outcomes).toEqual(Array.from({ length: 2 }, () => ({ status: 'rejected', reason: failure })));
    await expect(scene(() => []).lookups.find('ann', 1)).rejects.toThrow('too few lines');
  });

  test('are on their way once all is sent', async () => {
    const { lookups, asked } = scene();
    await lookups.sent();
    const ann = lookups.find('ann', 1);
    expect(asked).toEqual([]);
    await lookups.sent();
    expect(asked).toHaveLength(1);
    await ann;
  });
});

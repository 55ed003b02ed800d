import { describe, expect, test } from 'vitest';

import { Watchers } from './watchers.ts';

/** Lets the work that was put off to the end of this turn run. */
async function endOfTurn(): Promise<void> {
  await Promise.resolve();
}

function watching(watchers: Watchers, id: string) {
  const watch = { wakes: 0, end: watchers.add(id, () => watch.wakes++) };
  return watch;
}

describe('watchers', () => {
  test('are woken after the change, those of this id only', async () => {
    const watchers = new Watchers();
    const [a, alsoA, b] = [watching(watchers, 'a'), watching(watchers, 'a'), watching(watchers, 'b')];
    watchers.wake('a');
    expect(a.wakes).toBe(0);
    await endOfTurn();
    expect([a.wakes, alsoA.wakes, b.wakes]).toEqual([1, 1, 0]);
  });

  test('are woken again by a later change', async () => {
    const watchers = new Watchers();
    const watch = watching(watchers, 'a');
    watchers.wake('a');
    await endOfTurn();
    watchers.wake('a');
    await endOfTurn();
    expect(watch.wakes).toBe(2);
  });

  test('are not woken after their end, not even for an earlier change', async () => {
    const watchers = new Watchers();
    const watch = watching(watchers, 'a');
    watchers.wake('a');
    watch.end();
    watch.end();
    await endOfTurn();
    watchers.wake('a');
    await endOfTurn();
    expect(watch.wakes).toBe(0);
  });

  test('go on when another watch of the same id ends twice', async () => {
    const watchers = new Watchers();
    const first = watching(watchers, 'a');
    first.end();
    const second = watching(watchers, 'a');
    first.end();
    watchers.wake('a');
    await endOfTurn();
    expect(second.wakes).toBe(1);
  });
});

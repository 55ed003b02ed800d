import { describe, expect, test } from 'vitest';

import { NEVER } from '../../domain/lifetime.ts';
import { MAX_CHAT_TTL_MS } from '../../domain/limits.ts';
import { DeadlineIndex } from './deadline-index.ts';

const NOW = Date.UTC(2030, 0, 1);
const DAY_MS = 86_400_000;

function item(id: string, expiresAt: number) {
  return { id, expiresAt, indexedAt: NEVER };
}

function indexOf(...items: readonly ReturnType<typeof item>[]) {
  const index = new DeadlineIndex<ReturnType<typeof item>>();
  for (const each of items) index.update(each);
  return index;
}

describe('the index of deadlines', () => {
  test.for([
    ['40 days', 40 * DAY_MS],
    ['100 years', MAX_CHAT_TTL_MS],
  ] as const)('has what ends in %s due at that instant and not before', ([, ttlMs]) => {
    const index = indexOf(item('a', NOW + ttlMs));
    for (const earlierMs of [ttlMs, ttlMs - 2 ** 31, ttlMs - 25 * DAY_MS, 1]) {
      expect(index.due(NOW + ttlMs - earlierMs)).toBeUndefined();
    }
    expect(index.due(NOW + ttlMs)?.id).toBe('a');
  });

  test('has what never ends never due', () => {
    const index = indexOf(item('a', NEVER));
    expect(index.due(Number.MAX_SAFE_INTEGER)).toBeUndefined();
  });

  test('gives what is over the longest first, until it is removed', () => {
    const [a, b, c] = [item('a', NOW + 2), item('b', NOW + 1), item('c', NOW + 3)];
    const index = indexOf(a, b, c);
    expect(index.due(NOW + 2)).toBe(b);
    expect(index.due(NOW + 2)).toBe(b);
    index.remove(b);
    expect(index.due(NOW + 2)).toBe(a);
    index.remove(a);
    expect(index.due(NOW + 2)).toBeUndefined();
    expect(index.due(NOW + 3)).toBe(c);
  });

  test('gives each of those that end at the same time', () => {
    const index = indexOf(item('a', NOW), item('b', NOW), item('c', NOW));
    const ids: string[] = [];
    for (let due = index.due(NOW); due !== undefined; due = index.due(NOW)) {
      ids.push(due.id);
      index.remove(due);
    }
    expect(ids).toEqual(['a', 'b', 'c']);
  });

  test('leaves a deadline that moved away where it is, for whoever finds it due to put it off', () => {
    const moved = item('a', NOW);
    const index = indexOf(moved);
    moved.expiresAt = NOW + 1_000;
    index.update(moved);
    expect(index.due(NOW)).toBe(moved);
    index.putOff(moved);
    expect(index.due(NOW + 999)).toBeUndefined();
    expect(index.due(NOW + 1_000)).toBe(moved);
  });

  test('has an item due before its end where it is told to', () => {
    const early = item('a', NOW + 1_000);
    const index = indexOf();
    index.update(early, NOW + 10);
    index.update(early, NOW + 20);
    expect(index.due(NOW + 9)).toBeUndefined();
    expect(index.due(NOW + 10)).toBe(early);
    index.putOff(early, NOW + 30);
    expect(index.due(NOW + 29)).toBeUndefined();
    expect(index.due(NOW + 30)).toBe(early);
  });

  test('follows a deadline that came nearer', () => {
    const moved = item('a', NOW + 1_000);
    const index = indexOf(moved);
    moved.expiresAt = NOW + 1;
    index.update(moved);
    expect(index.due(NOW + 1)).toBe(moved);
    index.remove(moved);
    expect(index.due(NOW + 1_000)).toBeUndefined();
  });

  test('follows a deadline that went out of sight and came back', () => {
    const moved = item('a', NOW);
    const index = indexOf(moved);
    moved.expiresAt = NEVER;
    index.putOff(moved);
    expect(index.due(NOW + DAY_MS)).toBeUndefined();
    moved.expiresAt = NOW + 2 * DAY_MS;
    index.update(moved);
    expect(index.due(NOW + 2 * DAY_MS - 1)).toBeUndefined();
    expect(index.due(NOW + 2 * DAY_MS)).toBe(moved);
  });

  test('forgets what was removed', () => {
    const removed = item('a', NOW);
    const index = indexOf(removed);
    index.remove(removed);
    index.remove(removed);
    expect(index.due(NOW)).toBeUndefined();
  });
});

import { expect, test } from 'vitest';
import { compareCounts, storageOfSuite } from './support/conformance-count.ts';

const EQUAL = { memory: 9, redis: 9, 'redis-cluster': 9, postgres: 9 };

function compare(counts: Readonly<Record<string, number>>): ReturnType<typeof compareCounts> {
  return compareCounts(new Map(Object.entries(counts)));
}

test('the suite of a storage is known by its name', () => {
  expect(storageOfSuite('the Redis Cluster storage')).toBe('redis-cluster');
  expect(storageOfSuite('a storage that is away')).toBeUndefined();
});

test('as many tests on every storage are told in one line', () => {
  expect(compare(EQUAL)).toStrictEqual({
    line: 'conformance tests passed: memory 9, redis 9, redis-cluster 9, postgres 9',
    isEqual: true,
  });
});

test.each([
  ['fewer on one', { ...EQUAL, postgres: 8 }],
  ['a storage left out', { memory: 9, redis: 9, postgres: 9 }],
  ['one more storage with fewer', { ...EQUAL, another: 1 }],
  ['none at all', { memory: 0, redis: 0, 'redis-cluster': 0, postgres: 0 }],
])('%s is not enough', (_what, counts) => {
  expect(compare(counts)?.isEqual).toBe(false);
});

test('nothing is said of a run without the suite', () => {
  expect(compare({})).toBeUndefined();
});

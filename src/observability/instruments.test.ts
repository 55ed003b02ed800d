import { expect, test } from 'vitest';
import { Distribution, Family, Kept, Tally } from './instruments.ts';

test('each bucket of a distribution holds what is up to its bound, and what is in those before it', () => {
  const family = new Family<{ readonly api: string }, Distribution>('veche_size', () => new Distribution([1, 2]));
  for (const value of [0.5, 1, 1.5, 2, 2.5]) family.with({ api: 'grpc' }).observe(value);
  const labels = { api: 'grpc' };
  expect(family.samples()).toEqual([
    { metricName: 'veche_size_bucket', labels: { ...labels, le: 1 }, value: 2 },
    { metricName: 'veche_size_bucket', labels: { ...labels, le: 2 }, value: 4 },
    { metricName: 'veche_size_bucket', labels: { ...labels, le: '+Inf' }, value: 5 },
    { metricName: 'veche_size_sum', labels, value: 7.5 },
    { metricName: 'veche_size_count', labels, value: 5 },
  ]);
});

test('the same labels are the same child, until the family is cleared', () => {
  const family = new Family<{ readonly api: string }, Tally>('veche_calls', () => new Tally());
  family.with({ api: 'grpc' }).add(2);
  family.with({ api: 'grpc' }).add(3);
  family.with({ api: 'http' }).set(7);
  expect(family.samples().map(({ value }) => value)).toEqual([5, 7]);
  family.clear();
  expect(family.samples()).toEqual([]);
});

test('what is kept is found once for each value', () => {
  const asked: string[] = [];
  const kept = new Kept((value: string) => asked.push(value));
  expect([kept.of('a'), kept.of('b'), kept.of('a')]).toEqual([1, 2, 1]);
  expect(asked).toEqual(['a', 'b']);
});

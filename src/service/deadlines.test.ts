import { expect, test } from 'vitest';
import { FakeClock } from '../../tests/support/fake-clock.ts';
import { Deadlines } from './deadlines.ts';

const LIMIT_MS = 10_000;

function scene() {
  const clock = new FakeClock();
  const passed: string[] = [];
  const deadlines = new Deadlines(clock, LIMIT_MS);
  return { clock, passed, set: (name: string) => deadlines.set(() => passed.push(name)) };
}

test('each deadline passes at its own time, in order', () => {
  const { clock, passed, set } = scene();
  set('first');
  clock.advance(1);
  set('second');
  clock.advance(LIMIT_MS - 2);
  expect(passed).toEqual([]);
  clock.advance(1);
  expect(passed).toEqual(['first']);
  clock.advance(1);
  expect(passed).toEqual(['first', 'second']);
});

test('a cancelled deadline never passes, and one behind it passes in time', () => {
  const { clock, passed, set } = scene();
  const cancel = set('cancelled');
  clock.advance(1);
  set('kept');
  cancel();
  clock.advance(LIMIT_MS);
  expect(passed).toEqual(['kept']);
});

test('a deadline set after all others have passed or were cancelled passes too', () => {
  const { clock, passed, set } = scene();
  set('first');
  set('cancelled')();
  clock.advance(LIMIT_MS);
  clock.advance(LIMIT_MS);
  set('last');
  clock.advance(LIMIT_MS);
  expect(passed).toEqual(['first', 'last']);
});

test('any number of deadlines, one after the other too, wait for one wake-up of the clock', () => {
  const { clock, set } = scene();
  const cancels = Array.from({ length: 100 }, () => set('one of many'));
  expect(clock.pending).toBe(1);
  for (const cancel of cancels) cancel();
  set('the last');
  expect(clock.pending).toBe(1);
});

test('nothing wakes the clock again once all deadlines have passed or were cancelled', () => {
  const { clock, set } = scene();
  set('first');
  clock.advance(1);
  set('cancelled')();
  clock.advance(LIMIT_MS - 1);
  expect(clock.pending).toBe(0);
});

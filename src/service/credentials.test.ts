import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Credentials } from './credentials.ts';
import { createSessionToken, readSessionToken } from './session-tokens.ts';

test('what a token claims is the same when it is read for the first time and again', () => {
  const token = createSessionToken(randomUUID());
  const credentials = new Credentials();
  const first = credentials.read(token);
  expect(first).toEqual(readSessionToken(token));
  expect(credentials.read(token)).toBe(first);
});

test('what is no token by its form claims nothing, and is not remembered', () => {
  const credentials = new Credentials();
  expect(credentials.read('no token')).toBeUndefined();
  expect(credentials.remembered).toBe(0);
});

test('remembers at most 10,000 callers, and those who call again the longest', () => {
  const credentials = new Credentials();
  const [regular, once] = [createSessionToken(randomUUID()), createSessionToken(randomUUID())];
  const first = [credentials.read(regular), credentials.read(once)];
  for (let others = 0; others < 10_000; others++) {
    credentials.read(createSessionToken(randomUUID()));
    credentials.read(regular);
    expect(credentials.remembered).toBeLessThanOrEqual(10_000);
  }
  expect(credentials.read(regular)).toBe(first[0]);
  expect(credentials.read(once)).not.toBe(first[1]);
  expect(credentials.read(once)).toEqual(first[1]);
});

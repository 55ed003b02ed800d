import { expect, test } from 'vitest';
import { createSessionToken, readSessionToken } from './session-tokens.ts';

const USER_ID = '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70';

test('a token carries the user id, and its hash is the same each time it is read', () => {
  const token = createSessionToken(USER_ID);
  const credential = readSessionToken(token);
  expect(credential).toMatchObject({ userId: USER_ID });
  expect(credential?.tokenHash).toHaveLength(32);
  expect(readSessionToken(token)).toEqual(credential);
});

test('two tokens of one user differ by 256 random bits', () => {
  const [one, other] = [createSessionToken(USER_ID), createSessionToken(USER_ID)];
  expect(one).not.toBe(other);
  expect(Buffer.from(one.slice('veche_'.length), 'base64url')).toHaveLength(16 + 32);
});

test.each(['', 'veche_', USER_ID, `veche_${'A'.repeat(63)}`, `veche_${'A'.repeat(65)}`, `veche_${'!'.repeat(64)}`])(
  'what is no token by its form claims nothing: %j',
  (value) => {
    expect(readSessionToken(value)).toBeUndefined();
  },
);

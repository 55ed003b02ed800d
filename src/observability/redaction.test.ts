import { describe, expect, test } from 'vitest';
import { createSessionToken } from '../service/session-tokens.ts';
import { createLogger } from './logger.ts';

const TOKEN = createSessionToken('0192f0c1-2a3b-7c4d-8e5f-60718293a4b5');

function logged(fields: object, message = 'something happened'): string {
  const written: string[] = [];
  createLogger({ logLevel: 'debug', logFormat: 'json' }, { write: (line) => written.push(line) }).debug(
    fields,
    message,
  );
  return written.join('');
}

function loggedError(err: Error): unknown {
  return (JSON.parse(logged({ err })) as { readonly err: unknown }).err;
}

describe('the log does not show', () => {
  test.each([
    ['a field that holds a token', { token: 'geheim' }],
    ['one that holds a text', { text: 'geheim' }],
    ['one of what is within another', { call: { headers: { authorization: 'geheim' } } }],
  ])('%s', (_name, fields) => {
    expect(logged(fields)).not.toContain('geheim');
  });

  test('a token, wherever it stands', () => {
    const lines = [logged({}, `no ${TOKEN}!`), logged({ why: [`Bearer ${TOKEN}`] }), logged({ err: new Error(TOKEN) })];
    for (const line of lines) {
      expect(line).not.toContain(TOKEN);
      expect(line).toContain('veche_***');
    }
  });

  test.each([
    ['redis://:geheim@cache:6379', 'redis://:***@cache:6379'],
    ['postgres://ann:geheim@db/veche', 'postgres://ann:***@db/veche'],
    ['https://ann:geheim@example.org', 'https://ann:***@example.org'],
  ])('the password of %s', (url, shown) => {
    expect(logged({ err: new Error(`cannot reach ${url}, or so`) })).toContain(`cannot reach ${shown}, or so`);
  });

  test('of an error anything but its kind, its message, where it comes from and facts of a closed list', () => {
    const cause = Object.assign(new Error('below'), { detail: 'geheim' });
    const error = Object.assign(new TypeError('above', { cause }), {
      code: '23514',
      detail: 'geheim',
      parameters: ['geheim'],
      query: { text: 'geheim' },
      inner: new Error('geheim'),
    });
    expect(loggedError(error)).toStrictEqual({
      type: 'TypeError',
      message: 'above: below',
      stack: expect.stringContaining('caused by: Error: below'),
      code: '23514',
    });
  });

  test('of several errors in one anything but their messages', () => {
    const one = Object.assign(new Error('one'), { detail: 'geheim' });
    expect(loggedError(new AggregateError([one, new Error('another')], 'all'))).toMatchObject({
      message: 'all',
      errors: ['one', 'another'],
    });
  });
});

test('what has no secret is shown as it is', () => {
  const fields = { url: 'http://127.0.0.1:8080', storage: 'redis', prefix: 'veche_test' };
  expect(JSON.parse(logged(fields))).toMatchObject(fields);
});

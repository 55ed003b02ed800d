import { describe, expect, test } from 'vitest';
import { rate } from './rate.ts';

const kind = rate();

describe('a rate', () => {
  test.each([
    ['500/10s', { burst: 500, periodMs: 10_000 }, '500/10s'],
    ['1/1s', { burst: 1, periodMs: 1_000 }, '1/1s'],
    ['1000000/1d', { burst: 1_000_000, periodMs: 86_400_000 }, '1000000/1d'],
    ['7/1500ms', { burst: 7, periodMs: 1_500 }, '7/1s500ms'],
    ['100/1m30s', { burst: 100, periodMs: 90_000 }, '100/1m30s'],
    ['none', 'none', 'none'],
    ['0', 'none', 'none'],
  ] as const)('is read from %j, and written so that it reads the same', (text, expected, written) => {
    const value = kind.read(text);
    expect(value).toEqual(expected);
    expect(kind.write(expected)).toBe(written);
    expect(kind.read(written)).toEqual(expected);
  });

  test.each([
    '',
    '500',
    '500/',
    '/10s',
    '0/10s',
    '-1/10s',
    '1.5/10s',
    '1000001/10s',
    '500/10',
    '500/0s',
    '500/999ms',
    '500/1d1ms',
    '500 / 10s',
    '500/10s/1',
    'None',
  ])('is not read from %j', (text) => {
    expect(kind.read(text)).toBeUndefined();
  });

  test('says what is allowed', () => {
    expect(kind.allowed).toBe(
      'a rate like 500/10s (500 at once, given back evenly over 10s), from 1 to 1000000 in 1s to 1d, or none or 0 for no limit',
    );
  });
});

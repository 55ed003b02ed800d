import { describe, expect, test } from 'vitest';
import { networkList } from './networks.ts';

const networks = networkList();

describe('a list of networks', () => {
  test.each([
    ['10.0.0.0/8', [{ address: '10.0.0.0', prefixBits: 8 }]],
    ['127.0.0.1', [{ address: '127.0.0.1', prefixBits: 32 }]],
    ['::1', [{ address: '::1', prefixBits: 128 }]],
    ['0.0.0.0/0', [{ address: '0.0.0.0', prefixBits: 0 }]],
    [
      'fd00::/8, 192.0.2.7',
      [
        { address: 'fd00::', prefixBits: 8 },
        { address: '192.0.2.7', prefixBits: 32 },
      ],
    ],
  ])('is read from %s, and written so that it reads the same', (text, expected) => {
    expect(networks.read(text)).toEqual(expected);
    expect(networks.read(networks.write(expected))).toEqual(expected);
  });

  test.each([
    '',
    ',',
    '10.0.0.0/8,',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::/129',
    'fe80::1%eth0',
    '[::1]',
    'localhost',
    '10.0.0.1:80',
    '*',
  ])('is not read from %j', (text) => {
    expect(networks.read(text)).toBeUndefined();
  });

  test('writes a single address as one', () => {
    expect(networks.write([{ address: '192.0.2.7', prefixBits: 32 }])).toBe('192.0.2.7');
  });
});

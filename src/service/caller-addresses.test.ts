import { describe, expect, test } from 'vitest';
import { CallerAddresses, NO_ADDRESS } from './caller-addresses.ts';

const PROXIES = [
  { address: '10.0.0.0', prefixBits: 8 },
  { address: 'fd00::', prefixBits: 8 },
  { address: '192.0.2.7', prefixBits: 32 },
];

interface Headers {
  readonly 'x-forwarded-for'?: string;
  readonly forwarded?: string;
}

/** Where a call counts that came by a connection from this address. */
function from(remoteAddress: string | undefined, headers: Headers = {}, proxies = PROXIES): string {
  return new CallerAddresses(proxies).of({}, { remoteAddress }, (name) => headers[name]);
}

describe('a call comes from', () => {
  test('the address of its connection', () => {
    expect(from('198.51.100.1')).toBe('198.51.100.1');
    expect(from('::ffff:198.51.100.1')).toBe('198.51.100.1');
    expect(from('2001:db8::1')).toBe('2001:db8:0:0::/64');
  });

  test('nowhere in particular where connections have no addresses', () => {
    expect(from(undefined)).toBe(NO_ADDRESS);
    expect(from('')).toBe(NO_ADDRESS);
    expect(from('/run/veche.sock')).toBe(NO_ADDRESS);
  });

  test('its connection, whatever it says itself, where no proxy is trusted', () => {
    expect(from('10.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, [])).toBe('10.0.0.1');
    expect(from('198.51.100.1', { 'x-forwarded-for': '203.0.113.9' })).toBe('198.51.100.1');
    expect(from('198.51.100.1', { forwarded: 'for=203.0.113.9' })).toBe('198.51.100.1');
  });

  test.each<readonly [remoteAddress: string, headers: Headers, expected: string]>([
    ['10.0.0.1', {}, '10.0.0.1'],
    ['10.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
    ['::ffff:10.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
    ['fd00::1', { 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
    ['192.0.2.7', { 'x-forwarded-for': '2001:db8:0:1::5' }, '2001:db8:0:1::/64'],
    ['192.0.2.8', { 'x-forwarded-for': '203.0.113.9' }, '192.0.2.8'],
    ['10.0.0.1', { 'x-forwarded-for': '203.0.113.9:1234' }, '203.0.113.9'],
    ['10.0.0.1', { 'x-forwarded-for': '[2001:db8::5]:1234' }, '2001:db8:0:0::/64'],
    ['10.0.0.1', { 'x-forwarded-for': '[2001:db8::5]' }, '2001:db8:0:0::/64'],
    // What the caller made up stands before what the proxy has seen.
    ['10.0.0.1', { 'x-forwarded-for': '1.2.3.4, 203.0.113.9' }, '203.0.113.9'],
    ['10.0.0.1', { 'x-forwarded-for': 'nonsense",, 203.0.113.9' }, '203.0.113.9'],
    ['10.0.0.1', { 'x-forwarded-for': '1.2.3.4, 203.0.113.9, 10.9.9.9 , fd00::2' }, '203.0.113.9'],
    ['10.0.0.1', { 'x-forwarded-for': '10.0.0.3, 10.0.0.2' }, '10.0.0.3'],
    ['10.0.0.1', { forwarded: 'for=203.0.113.9' }, '203.0.113.9'],
    ['10.0.0.1', { forwarded: 'proto=https; For="203.0.113.9:80" ;by=10.0.0.1' }, '203.0.113.9'],
    ['10.0.0.1', { forwarded: 'for="[2001:db8::5]:4711"' }, '2001:db8:0:0::/64'],
    ['10.0.0.1', { forwarded: 'for="\\", for=1.2.3.4, for=203.0.113.9, for=10.0.0.2' }, '203.0.113.9'],
    ['10.0.0.1', { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' }, '203.0.113.9'],
  ])('where proxies that are trusted say: connection %s, %j: %s', (remoteAddress, headers, expected) => {
    expect(from(remoteAddress, headers)).toBe(expected);
  });

  test.each<Headers>([
    { 'x-forwarded-for': '' },
    { 'x-forwarded-for': 'unknown' },
    { 'x-forwarded-for': '203.0.113.9, unknown' },
    { 'x-forwarded-for': '203.0.113.9,' },
    { 'x-forwarded-for': '203.0.113.999' },
    { 'x-forwarded-for': '203.0.113.9:' },
    { 'x-forwarded-for': '[203.0.113.9]' },
    { 'x-forwarded-for': '2001:db8::5]' },
    { forwarded: '' },
    { forwarded: 'for=_hidden' },
    { forwarded: 'by=203.0.113.9' },
    { forwarded: 'xfor=203.0.113.9' },
    { forwarded: 'for=203.0.113.9, proto=https' },
    { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.8' },
    { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=unknown' },
  ])('its connection where what the proxy says is of no use: %j', (headers) => {
    expect(from('10.0.0.1', headers)).toBe('10.0.0.1');
  });

  test('what each call says, on one connection of a proxy', () => {
    const addresses = new CallerAddresses(PROXIES);
    const key = {};
    const callers = ['203.0.113.9', '203.0.113.8', '203.0.113.9'];
    const found = callers.map((caller) =>
      addresses.of(key, { remoteAddress: '10.0.0.1' }, (name) => (name === 'forwarded' ? undefined : caller)),
    );
    expect(found).toEqual(callers);
  });
});

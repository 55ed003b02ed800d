import { describe, expect, test } from 'vitest';
import { resolveSettings, WrongSettings } from './resolve-settings.ts';
import { SETTING_RULES } from './setting-rules.ts';
import { SETTINGS } from './settings.ts';
import { flagOf } from './source.ts';

function problems(flags: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): unknown {
  const values = Object.entries(flags).map(([name, text]) => [name, { text, origin: flagOf(name) }] as const);
  const sources = { flags: { values: new Map(values), problems: [] }, env, readFile: () => '' };
  const settings = resolveSettings(SETTINGS, sources, SETTING_RULES);
  return settings instanceof WrongSettings ? settings.problems : [];
}

describe('a port for gRPC', () => {
  test.each<[Readonly<Record<string, string>>]>([
    [{}],
    [{ 'grpc-port': '9090' }],
    [{ port: '0', 'grpc-port': '0' }],
    [{ 'grpc-port': 'none' }],
  ])('may be with %j', (flags) => {
    expect(problems(flags)).toStrictEqual([]);
  });

  test('may not be the other port', () => {
    expect(problems({ 'grpc-port': '9000' }, { VECHE_PORT: '9000' })).toStrictEqual([
      'grpc-port is "9000" (--grpc-port), as is port (VECHE_PORT); ' +
        'they must differ, or leave out --grpc-port to serve everything on one',
    ]);
  });

  test('may not be the default of the other port', () => {
    expect(problems({ 'grpc-port': '8080' })).toStrictEqual([expect.stringContaining('as is port (default)')]);
  });
});

describe('a port for operators', () => {
  test.each<[Readonly<Record<string, string>>]>([
    [{ 'ops-port': '9090' }],
    [{ port: '0', 'ops-port': '0' }],
    [{ 'ops-port': '8080', 'ops-host': '127.0.0.2' }],
  ])('may be with %j', (flags) => {
    expect(problems(flags)).toStrictEqual([]);
  });

  test.each(['port', 'grpc-port'])('may not be that of %s on the same address', (name) => {
    expect(problems({ [name]: '9000' }, { VECHE_OPS_PORT: '9000' })).toStrictEqual([
      `ops-port is "9000" (VECHE_OPS_PORT), as is ${name} (--${name}); they must differ, or have another host by --ops-host`,
    ]);
  });

  test('is missed where its address is given', () => {
    expect(problems({ 'ops-host': '10.0.0.1' })).toStrictEqual([
      'ops-port is not set (--ops-port, VECHE_OPS_PORT), but ops-host is (--ops-host); it says where that port is',
    ]);
  });
});

describe('the files of TLS with Redis', () => {
  const url = { VECHE_REDIS_URL: 'rediss://a,rediss://b' };

  test('may be set where every address says rediss://', () => {
    expect(problems({ 'redis-tls-ca': 'a', 'redis-tls-cert': 'b', 'redis-tls-key': 'c' }, url)).toStrictEqual([]);
  });

  test.each(['redis-tls-ca', 'redis-tls-cert'])('%s would encrypt nothing elsewhere', (name) => {
    const mixed = { VECHE_REDIS_URL: 'rediss://a,redis://b', VECHE_REDIS_TLS_KEY: 'c', VECHE_REDIS_TLS_CERT: 'b' };
    expect(problems({ [name]: 'a' }, mixed)).toStrictEqual([
      `${name} is set (--${name}), but redis-url (VECHE_REDIS_URL) does not say rediss://, so nothing is encrypted`,
    ]);
  });

  test.each([
    ['redis-tls-cert', 'redis-tls-key'],
    ['redis-tls-key', 'redis-tls-cert'],
  ])('%s is missed by %s', (given, missing) => {
    expect(problems({ [given]: 'a' }, url)).toStrictEqual([
      expect.stringMatching(new RegExp(`^${missing} is not set`)),
    ]);
  });
});

describe('the files of TLS', () => {
  test('may both be set, or none', () => {
    expect(problems({ 'tls-cert': 'a', 'tls-key': 'b' })).toStrictEqual([]);
    expect(problems({})).toStrictEqual([]);
  });

  test.each([
    ['tls-cert', 'tls-key', 'VECHE_TLS_KEY'],
    ['tls-key', 'tls-cert', 'VECHE_TLS_CERT'],
  ])('%s is missed by %s', (given, missing, variable) => {
    expect(problems({ [given]: 'a' })).toStrictEqual([
      `${missing} is not set (--${missing}, ${variable}), but ${given} is (--${given}); TLS needs both`,
    ]);
  });

  test('may name the authorities of clients, with a certificate only', () => {
    expect(problems({ 'tls-cert': 'a', 'tls-key': 'b', 'tls-client-ca': 'c' })).toStrictEqual([]);
    expect(problems({ 'tls-client-ca': 'c' })).toStrictEqual([
      'tls-client-ca is set (--tls-client-ca), but neither --tls-cert nor --tls-key is; ' +
        'clients are asked for a certificate only where the server has one',
    ]);
    expect(problems({ 'tls-client-ca': 'c', 'tls-key': 'b' })).toStrictEqual([
      expect.stringMatching(/^tls-cert is not set/),
    ]);
  });

  test('are needed for browsers to be told of them', () => {
    expect(problems({ 'tls-cert': 'a', 'tls-key': 'b', 'hsts-max-age': '1d' })).toStrictEqual([]);
    expect(problems({ 'hsts-max-age': '0s' })).toStrictEqual([]);
    expect(problems({ 'hsts-max-age': '1d' })).toStrictEqual([
      'hsts-max-age is set (--hsts-max-age), but neither --tls-cert nor --tls-key is; ' +
        'without TLS this is for whoever encrypts in front of this server to tell',
    ]);
  });

  test('are not missed where one is wrong, and what should be in them is not shown', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----\n';
    expect(problems({ 'tls-cert': 'a' }, { VECHE_TLS_KEY: key })).toStrictEqual([
      'tls-key is *** (VECHE_TLS_KEY); it must be the path of a PEM file, or none',
    ]);
  });

  test('are told of together with everything else', () => {
    expect(problems({ 'tls-cert': 'a', 'grpc-port': '8080', 'max-users': 'many' })).toHaveLength(3);
  });
});

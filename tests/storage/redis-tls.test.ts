/** Redis by TLS: a private authority, certificates of clients, and servers that are not who they should be. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRedisStorage } from '../../src/storage/redis/open-redis-storage.ts';
import type { RedisTlsFiles } from '../../src/storage/redis/tls-files.ts';
import { type Storage, UnusableStorageError } from '../../src/storage/storage.ts';
import {
  AUTHORITY_PATH,
  CLIENT,
  ELSEWHERE,
  EXPIRED_CLIENT,
  FIRST,
  SECOND,
  type TestCertificate,
} from '../support/certificates.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { freePorts } from '../support/servers/free-ports.ts';
import { startOwnRedis, startRedisCluster, type TestRedis } from '../support/servers/redis-server.ts';
import { serverTlsFiles, type ServerTlsFiles } from '../support/servers/tls-files.ts';
import { VecheProcess } from '../support/veche-process.ts';

const TRUSTED = { caPath: FIRST.certPath };
const CLIENT_FILES = { certPath: CLIENT.certPath, keyPath: CLIENT.keyPath };

const files: ServerTlsFiles[] = [];

function tlsOptions(port: number, own: TestCertificate, authClients: 'yes' | 'no'): Readonly<Record<string, string>> {
  const served = serverTlsFiles(own);
  files.push(served);
  return {
    'tls-port': String(port),
    'tls-cert-file': served.cert,
    'tls-key-file': served.key,
    'tls-ca-cert-file': served.ca,
    'tls-auth-clients': authClients,
  };
}

/** A Redis with a certificate, by its encrypted address. */
async function start(own: TestCertificate, authClients: 'yes' | 'no' = 'no'): Promise<TestRedis> {
  const [port = 0] = await freePorts(1);
  const { close } = await startOwnRedis(tlsOptions(port, own, authClients));
  return { url: `rediss://127.0.0.1:${port}`, close };
}

function open(url: string, tls: RedisTlsFiles): Promise<Storage> {
  return openRedisStorage({
    urls: url.split(','),
    prefix: randomUUID(),
    allowEviction: false,
    tls,
    log: recordedLog(),
  });
}

let plain: TestRedis;
let guarded: TestRedis;
let elsewhere: TestRedis;

beforeAll(async () => {
  [plain, guarded, elsewhere] = await Promise.all([start(FIRST), start(FIRST, 'yes'), start(ELSEWHERE)]);
});

afterAll(async () => {
  await Promise.all([plain, guarded, elsewhere].map(({ close }) => close()));
  for (const { remove } of files) remove();
});

/** Stores a session. @returns how many there are then */
async function use(storage: Storage): Promise<number> {
  const user = { userId: randomUUID(), displayName: 'Ann' };
  await storage.createSession({ user, tokenHash: new Uint8Array(32), ttlMs: 60_000, maxUsers: 0, now: 1_000 });
  const { users } = await storage.getStats({ now: 1_000 });
  await storage.close();
  return users;
}

describe('a server with a certificate of a private authority', () => {
  test('is used where that authority is named', async () => {
    expect(await use(await open(plain.url, TRUSTED))).toBe(1);
  });

  test.each<[string, RedisTlsFiles, RegExp]>([
    ['where none is named', {}, /none of the trusted authorities/],
    ['where another is named', { caPath: SECOND.certPath }, /none of the trusted authorities/],
    ['where the file is missing', { caPath: '/nowhere/ca' }, /cannot read "\/nowhere\/ca".*ENOENT/],
    ['where the file holds none', { caPath: FIRST.keyPath }, /no certificate in PEM form in ".*first\.key\.pem"/],
  ])('is refused %s', async (_where, tls, words) => {
    const opening = open(plain.url, tls);
    await expect(opening).rejects.toThrow(UnusableStorageError);
    await expect(opening).rejects.toThrow(words);
  });

  test('is refused under another name than its own', async () => {
    const opening = open(elsewhere.url, { caPath: AUTHORITY_PATH });
    await expect(opening).rejects.toThrow(UnusableStorageError);
    await expect(opening).rejects.toThrow(/another host name/);
  });

  test('ends a start with exit code 1 and the reason, without trying again', async () => {
    const veche = new VecheProcess(['serve', '--port', '0', '--storage', 'redis', '--redis-tls-ca', SECOND.certPath], {
      env: { VECHE_REDIS_URL: plain.url },
    });
    expect(await veche.exitCode).toBe(1);
    expect(veche.lines.at(-1)).toMatchObject({
      level: 'error',
      msg: expect.stringMatching(/^cannot start: Redis cannot be spoken with by TLS: none of the trusted authorities/),
    });
    expect(veche.output).not.toContain('cannot be reached yet');
  });
});

describe('a server that asks for certificates', () => {
  test('is used with one of its authority', async () => {
    expect(await use(await open(guarded.url, { ...TRUSTED, ...CLIENT_FILES }))).toBe(1);
  });

  test.each<[string, RedisTlsFiles]>([
    ['without one', TRUSTED],
    ['with one of another authority', { ...TRUSTED, certPath: SECOND.certPath, keyPath: SECOND.keyPath }],
    ['with one that has expired', { ...TRUSTED, certPath: EXPIRED_CLIENT.certPath, keyPath: EXPIRED_CLIENT.keyPath }],
  ])('is not used %s', async (_how, tls) => {
    const opening = open(guarded.url, tls);
    await expect(opening).rejects.toThrow(UnusableStorageError);
    await expect(opening).rejects.toThrow(/wants a certificate of this client/);
  });

  test('is not tried with files that do not fit together', async () => {
    const opening = open(guarded.url, { ...TRUSTED, certPath: CLIENT.certPath, keyPath: SECOND.keyPath });
    await expect(opening).rejects.toThrow(UnusableStorageError);
    await expect(opening).rejects.toThrow(/files for TLS with Redis cannot be used/);
  });
});

describe('a cluster', () => {
  let cluster: TestRedis;
  let ports: readonly number[];

  beforeAll(async () => {
    ports = await freePorts(3);
    const options = tlsOptions(0, FIRST, 'no');
    // Its nodes show each other the same certificate, which vouches for itself.
    const trust = { 'tls-cluster': 'yes', 'tls-ca-cert-file': options['tls-cert-file'] ?? '' };
    cluster = await startRedisCluster({ ...options, ...trust }, (node) => ({ 'tls-port': String(ports[node]) }));
  });

  afterAll(() => cluster.close());

  test('is used by TLS, all of it', async () => {
    const log = recordedLog();
    const urls = ports.map((port) => `rediss://127.0.0.1:${port}`);
    const storage = await openRedisStorage({ urls, prefix: randomUUID(), allowEviction: false, tls: TRUSTED, log });
    expect(log.fullLines.join('\n')).toContain('servers: 3');
    expect(await use(storage)).toBe(1);
  });

  test('is not used where none of its nodes is vouched for', async () => {
    await expect(open(`rediss://127.0.0.1:${ports[0]}`, {})).rejects.toThrow(UnusableStorageError);
  });
});

/** Mutual TLS: only clients with a certificate of a named authority are spoken with, on every port and over both APIs. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { connect as connectClear } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionOptions } from 'node:tls';
import { StatsService } from '../src/gen/veche/v1/stats_pb.js';
import {
  AUTHORITY_PATH,
  CertificateFolder,
  CLIENT,
  ELSEWHERE,
  EXPIRED_CLIENT,
  FIRST,
  SECOND,
  type TestCertificate,
} from './support/certificates.ts';
import { GrpcClient } from './support/grpc-client.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';
import { connectTls } from './support/tls-client.ts';

const GET = 'GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

let folder: CertificateFolder;
let clientCaPath: string;
let app: TestApp;

beforeEach(async () => {
  folder = await CertificateFolder.make();
  clientCaPath = join(folder.path, 'clients.crt');
  await copyFile(AUTHORITY_PATH, clientCaPath);
  app = await startTestApp({ config: { grpcPort: 0, tls: { ...FIRST, clientCaPath } } });
});

afterEach(async () => {
  await app.close();
  await folder.remove();
});

function shown(own: TestCertificate | undefined): { readonly key?: Buffer; readonly cert?: string } {
  return own === undefined ? {} : { key: readFileSync(own.keyPath), cert: own.cert };
}

/** What a client gets over HTTP/1.1; with TLS 1.3 it learns only afterwards that it was refused. */
async function ask(own: TestCertificate | undefined, options: ConnectionOptions = {}): Promise<string> {
  try {
    const socket = await connectTls(app.port, { ...shown(own), ...options });
    socket.write(GET);
    return (await text(socket)) === '' ? 'nothing' : 'an answer';
  } catch {
    return 'nothing';
  }
}

/** What a call of gRPC comes to. */
async function call(own: TestCertificate | undefined, port = app.grpcPort): Promise<string> {
  const { key, cert } = shown(own);
  const identity = key && cert !== undefined ? { key, cert: Buffer.from(cert) } : undefined;
  const client = new GrpcClient(`127.0.0.1:${port}`, Buffer.from(FIRST.cert), identity);
  try {
    await client.call(StatsService.method.getStats, {});
    return 'an answer';
  } catch {
    return 'nothing';
  } finally {
    client.close();
  }
}

describe('a client', () => {
  test.each(VERSIONS)('with a certificate of the authority is answered over both APIs (%s)', async (version) => {
    expect(await ask(CLIENT, { minVersion: version, maxVersion: version })).toBe('an answer');
    expect(await call(CLIENT)).toBe('an answer');
  });

  test('is answered over both APIs where they share a port', async () => {
    const own = await startTestApp({ config: { tls: { ...FIRST, clientCaPath } } });
    expect(await call(CLIENT, own.port)).toBe('an answer');
    expect(await call(undefined, own.port)).toBe('nothing');
    await own.close();
  });

  test.each<[string, TestCertificate | undefined, RegExp]>([
    ['without a certificate', undefined, /code: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'/],
    ['with one of nobody known', SECOND, /authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT'/],
    ['with one that has expired', EXPIRED_CLIENT, /authorizationError: 'CERT_HAS_EXPIRED'/],
    ['with one made for servers', ELSEWHERE, /authorizationError: 'INVALID_PURPOSE'/],
  ])('%s is refused in the handshake, on either port and in either version of TLS', async (_who, own, reason) => {
    for (const version of VERSIONS)
      expect(await ask(own, { minVersion: version, maxVersion: version })).toBe('nothing');
    expect(await call(own)).toBe('nothing');
    const failures = app.fullLogLines.filter((line) => line.includes('a TLS handshake failed'));
    expect(failures.length).toBeGreaterThanOrEqual(3);
    for (const line of failures) expect(line).toMatch(reason);
    expect(failures.every((line) => line.startsWith('debug: '))).toBe(true);
  });

  test('that speaks in the clear is told to encrypt, and served nothing', async () => {
    const socket = connectClear({ port: app.port, host: '127.0.0.1' });
    socket.write(GET);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 .*must be sent by https/s);
  });
});

describe('another authority in the file', () => {
  test('counts for new connections, and the former one no more', async () => {
    expect(await ask(SECOND)).toBe('nothing');
    await copyFile(SECOND.certPath, clientCaPath);
    await app.reloadCertificate();
    expect(await ask(SECOND)).toBe('an answer');
    expect(await ask(CLIENT)).toBe('nothing');
    expect(await call(CLIENT)).toBe('nothing');
  });

  test.each(VERSIONS)('is not passed by who resumes what was begun under the former one (%s)', async (version) => {
    const versions = { minVersion: version, maxVersion: version } as const;
    const socket = await connectTls(app.port, { ...shown(CLIENT), ...versions });
    // In TLS 1.2 it is there with the end of the handshake, in TLS 1.3 it comes after that.
    const session =
      version === 'TLSv1.2' ? socket.getSession() : ((await once(socket, 'session')) as readonly Buffer[])[0];
    socket.destroy();
    const resumed = await connectTls(app.port, { ...versions, session });
    expect(resumed.isSessionReused()).toBe(true);
    resumed.destroy();
    await copyFile(SECOND.certPath, clientCaPath);
    await app.reloadCertificate();
    expect(await ask(CLIENT, { ...versions, session })).toBe('nothing');
  });

  test('that is of no use is logged, and the former one stays', async () => {
    await copyFile(FIRST.keyPath, clientCaPath);
    await app.reloadCertificate();
    expect(app.logLines.at(-1)).toMatch(/^error: the TLS certificate stays as it was: .*--tls-client-ca/);
    expect(await ask(CLIENT)).toBe('an answer');
    expect(await ask(undefined)).toBe('nothing');
  });
});

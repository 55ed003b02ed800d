/** How many connections there may be, all together and from one address, whatever is spoken on them. */

import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Config } from '../src/config/config.ts';
import { FIRST } from './support/certificates.ts';
import { FrameConnection, PREFACE, SETTINGS } from './support/http2-frames.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const GET = 'GET /v1/stats HTTP/1.1\r\nhost: a\r\n\r\n';
const HERE = '127.0.0.1';
/** An address of this machine, too. */
const ELSEWHERE = '127.0.0.2';
/** What a connection may be in the middle of. */
const BEGINNINGS = [
  ['nothing', ''],
  ['half of its headers', GET.slice(0, 10)],
  ['a whole request', GET],
  ['the beginning of HTTP/2', Buffer.concat([PREFACE, SETTINGS])],
] as const;
const CLIENT_HELLO = Buffer.of(0x16, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3);

let app: TestApp;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app.close();
});

async function start(config: Partial<Config>): Promise<void> {
  app = await startTestApp({ config });
}

/** A connection from an address of this machine, which may be refused. */
function open(localAddress: string): Socket {
  const socket = connect({ port: app.port, host: HERE, localAddress });
  sockets.push(socket.on('error', () => {}));
  return socket;
}

function openSecure(localAddress: string): Socket {
  const socket = connectTls({ socket: open(localAddress), host: HERE, ca: FIRST.cert });
  sockets.push(socket.on('error', () => {}));
  return socket;
}

/** Resolves when the server has let a connection in and knows of these bytes. */
async function begin(socket: Socket, bytes: string | Uint8Array, connected: string): Promise<void> {
  await once(socket, connected);
  await new Promise((resolve) => socket.resume().write(bytes, resolve));
}

/** The status of the answer to a whole request, on a connection that stays open; undefined if it is closed instead. */
async function statusOn(socket: Socket): Promise<string | undefined> {
  socket.write(GET);
  const closed = new Promise<undefined>((resolve) => socket.once('close', () => resolve(undefined)));
  const answered = once(socket, 'data').then(([bytes]) => (bytes as Buffer).toString('latin1', 9, 12));
  return Promise.race([answered.catch(() => closed), closed]);
}

describe.each([
  ['in the clear', {}, open, 'connect', '429'],
  ['with TLS', { tls: FIRST }, openSecure, 'secureConnect', undefined],
] as const)('%s', (_how, config, openOne, connected, refused) => {
  const statusFrom = (address: string): Promise<string | undefined> => statusOn(openOne(address));

  test.each(BEGINNINGS)('a connection counts that has sent %s', async (_what, beginning) => {
    await start({ ...config, maxConnectionsPerAddress: 2 });
    // The client of the test itself has not connected yet.
    await begin(openOne(HERE), beginning, connected);
    expect(await statusFrom(HERE)).toBe('200');
    expect(await statusFrom(HERE)).toBe(refused);
  });

  test('who comes from another address is served', async () => {
    await start({ ...config, maxConnectionsPerAddress: 1 });
    expect(await statusFrom(HERE)).toBe('200');
    expect(await statusFrom(HERE)).toBe(refused);
    expect(await statusFrom(ELSEWHERE)).toBe('200');
  });

  test('there are no more than there may be from all addresses', async () => {
    await start({ ...config, maxConnections: 2 });
    expect(await statusFrom(HERE)).toBe('200');
    expect(await statusFrom(ELSEWHERE)).toBe('200');
    expect(await statusFrom(HERE)).toBe(refused);
  });

  test('a place is free again when its connection is closed', async () => {
    await start({ ...config, maxConnectionsPerAddress: 1 });
    for (let round = 0; round < 3; round++) {
      await vi.waitFor(async () => expect(await statusFrom(HERE)).toBe('200'), 5_000);
      for (const socket of sockets.splice(0)) socket.destroy();
    }
  });

  test('a flood is warned of once, with the address', async () => {
    await start({ ...config, maxConnectionsPerAddress: 1 });
    await once(openOne(HERE), connected);
    for (let count = 0; count < 20; count++) await statusFrom(HERE);
    const warnings = app.fullLogLines.filter((line) => line.startsWith('warn'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/refusing connections: .*address: '127\.0\.0\.1', maxConnectionsPerAddress: 1/);
  });
});

describe('who is refused', () => {
  test('over HTTP/1.1 is told so as a problem, and when to come back', async () => {
    await start({ maxConnections: 1 });
    await once(open(HERE), 'connect');
    const socket = open(HERE);
    socket.write(GET);
    const words = await text(socket);
    expect(words).toMatch(/^HTTP\/1\.1 429 /);
    expect(words).toContain('connection: close\r\n');
    expect(words).toContain('retry-after: 1\r\n');
    expect(words).toContain('"code":"RATE_LIMITED"');
    expect(words).toContain('There are too many connections');
  });

  test('over HTTP/2 is told to calm down', async () => {
    await start({ maxConnections: 1 });
    await once(open(HERE), 'connect');
    const connection = new FrameConnection(app.port);
    connection.send(PREFACE, SETTINGS);
    expect(await connection.ended()).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    expect(connection.received.toString('latin1')).toContain('too many connections');
    connection.destroy();
  });

  test('and says nothing is not waited for; of very many at a time only some are told', async () => {
    await start({ maxConnections: 1 });
    await once(open(HERE), 'connect');
    const silent = Array.from({ length: 300 }, () => open(HERE).resume());
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    expect(silent.every(({ bytesRead }) => bytesRead === 0)).toBe(true);
    expect(await statusOn(open(HERE))).toBe('429');
  });

  test('where TLS is spoken is cut without a handshake', async () => {
    await start({ tls: FIRST, maxConnections: 1 });
    await begin(open(HERE), CLIENT_HELLO, 'connect');
    const refused = open(HERE);
    refused.write(CLIENT_HELLO);
    await new Promise((resolve) => refused.resume().once('close', resolve));
    expect(refused.bytesRead).toBe(0);
  });
});

test('the bounds are of both ports together', async () => {
  await start({ maxConnections: 1, grpcPort: 0 });
  expect(await statusOn(open(HERE))).toBe('200');
  const connection = new FrameConnection(app.grpcPort);
  connection.send(PREFACE, SETTINGS);
  expect(await connection.ended()).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  connection.destroy();
});

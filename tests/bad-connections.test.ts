/** Whatever comes in on the port, in the clear or encrypted: a clear answer or a closed connection, and nothing left behind. */

import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { FIRST } from './support/certificates.ts';
import { PREFACE, SETTINGS } from './support/http2-frames.ts';
import { startTestApp, type TestApp, type TestAppOptions } from './support/test-app.ts';
import { connectTls } from './support/tls-client.ts';

const GET = 'GET /healthz HTTP/1.1\r\nhost: a\r\n';
const POST = 'POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
const CLIENT_HELLO = Buffer.of(0x16, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3);
/** How long a request may take, where that is tried. */
const SHORT = { headersMs: 50, requestMs: 50, checkingIntervalMs: 10 };
const NOISE = Buffer.alloc(10_000, 0xa5);

/** The server, and those of single tests whose patience is to end. */
let patient: TestApp;
const impatient: TestApp[] = [];
let socketsBefore: number;

/** Both ends of every connection in this process. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

async function startImpatient(options: TestAppOptions): Promise<TestApp> {
  const app = await startTestApp(options);
  impatient.push(app);
  return app;
}

/** Nothing worth a look in the log, no connection kept. */
async function expectNothingLeft(): Promise<void> {
  const lines = [patient, ...impatient].flatMap(({ logLines }) => logLines).filter((line) => !line.startsWith('debug'));
  expect(lines.filter((line) => line !== 'info: TLS certificate read')).toEqual([]);
  await Promise.all(impatient.splice(0).map((app) => app.close()));
  await nothingOpen();
}

async function nothingOpen(): Promise<void> {
  await vi.waitFor(() => expect(openSockets()).toBeLessThanOrEqual(socketsBefore), 9_000);
}

async function connectInClear(port: number): Promise<Socket> {
  const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Passes bytes on one by one. */
function pushSlowly(stream: Transform, bytes: Buffer, onDone: () => void): void {
  if (bytes.length === 0) {
    onDone();
    return;
  }
  stream.push(bytes.subarray(0, 1));
  setImmediate(() => pushSlowly(stream, bytes.subarray(1), onDone));
}

async function allFrom(socket: Socket): Promise<Buffer> {
  const received = await buffer(socket).catch(() => Buffer.alloc(0));
  socket.destroy();
  return received;
}

describe.each([
  ['in the clear', undefined, connectInClear],
  ['with TLS', FIRST, connectTls],
])('%s', (_how, tls, connect) => {
  const config = tls === undefined ? {} : { tls };

  beforeAll(async () => {
    patient = await startTestApp({ config });
  });

  beforeEach(() => {
    socketsBefore = openSockets();
  });

  afterEach(async () => {
    const answer = await answerTo(patient, `${GET}connection: close\r\n\r\n`);
    if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(`the server is not as it was: ${answer}`);
    await expectNothingLeft();
  });

  afterAll(() => patient.close());

  /** All that the server says until it ends the connection. */
  async function answerTo({ port }: TestApp, bytes: string | Uint8Array): Promise<string> {
    const socket = await connect(port);
    socket.write(bytes);
    return (await allFrom(socket)).toString('latin1');
  }

  test.each<[string, string | Uint8Array, number]>([
    ['noise', NOISE, 400],
    ['zeros', Buffer.alloc(100), 400],
    ['the beginning of a TLS handshake', CLIENT_HELLO, 400],
    ['HTTP/2 without its beginning', SETTINGS, 400],
    ['HTTP/2 that goes wrong after its first line', 'PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n', 400],
    ['HTTP/0.9', 'GET /\r\n\r\n', 404],
    ['a version that does not exist', 'GET / HTTP/9.9\r\n\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a header without a name', `${GET}: x\r\n\r\n`, 400],
    ['a header that contains a line feed', `${GET}x: a\nb\r\n\r\n`, 400],
    ['two lengths', `${POST}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`, 400],
    ['a length and chunks', `${POST}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`, 400],
    ['a length that is no number', `${POST}content-length: -1\r\n\r\n{}`, 400],
    ['chunks that are none', `${POST}transfer-encoding: chunked\r\n\r\nno chunk\r\n`, 400],
    ['many headers', `${GET}${'x: y\r\n'.repeat(10_000)}`, 431],
    ['a header without an end', `${GET}x: ${'y'.repeat(100_000)}`, 431],
    ['a name of a header without an end', `${GET}${'y'.repeat(100_000)}`, 431],
    ['a path without an end', `GET /${'y'.repeat(100_000)}`, 431],
  ])('%s is answered, and the connection closed', async (_what, bytes, status) => {
    expect(await answerTo(patient, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test('HTTP/1.1 where HTTP/2 was begun ends the connection', async () => {
    expect(await answerTo(patient, Buffer.concat([PREFACE, Buffer.from(`${GET}\r\n`)]))).not.toContain('HTTP/1.1');
  });

  test('an unknown tunnel is closed, an unknown upgrade is passed over', async () => {
    expect(await answerTo(patient, 'CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n')).not.toMatch(/ 2\d\d /);
    const upgrade = `${GET}connection: upgrade, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n`;
    expect(await answerTo(patient, upgrade)).toMatch(/^HTTP\/1\.1 (200|400) /);
  });

  test('requests sent at once are answered one by one, in their order', async () => {
    const requests = [`${GET}\r\n`, 'GET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n', `${GET}connection: close\r\n\r\n`];
    const answers = await answerTo(patient, requests.join(''));
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
  });

  test('noise after a good request ends the connection', async () => {
    expect(await answerTo(patient, `${GET}\r\n${NOISE.toString('latin1')}`)).not.toContain(' 500 ');
  });

  test.each([
    ['nothing', ''],
    ['a piece of a first line', 'GET'],
    ['half of the headers', GET],
    ['half of a body', `${POST}content-length: 10\r\n\r\n{`],
    ['a whole request', `${GET}\r\n`],
    ['the beginning of HTTP/2', PREFACE],
  ])('a client that ends its side after %s is not kept', async (_what, bytes) => {
    const socket = await connect(patient.port);
    socket.end(bytes);
    expect((await allFrom(socket)).toString('latin1')).not.toContain(' 500 ');
  });

  test.each([
    ['nothing', ''],
    ['half of the headers', GET],
    ['half of a body', `${POST}content-length: 10\r\n\r\n{`],
    ['the beginning of HTTP/2', PREFACE],
  ])('a client that breaks off after %s is not kept', async (_what, bytes) => {
    const socket = await connect(patient.port);
    if (bytes !== '') await new Promise((resolve) => socket.write(bytes, resolve));
    // Only a connection in the clear can be reset.
    if (tls === undefined) socket.resetAndDestroy();
    else socket.destroy();
    await expect(nothingOpen()).resolves.toBeUndefined();
  });

  test.each([
    ['nothing', ''],
    ['what might become HTTP/2', PREFACE.subarray(0, 10)],
  ])('a client that says %s is not waited for', async (_what, bytes) => {
    const app = await startImpatient({ config, timeouts: { firstBytesMs: 50 } });
    expect(await answerTo(app, bytes)).toBe('');
  });

  test.each([
    ['half of its headers', GET],
    ['half of its body', `${POST}content-length: 10\r\n\r\n{`],
  ])('a client that sends %s and no more is told 408', async (_what, bytes) => {
    const app = await startImpatient({ config, timeouts: SHORT });
    expect(await answerTo(app, bytes)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test.each([
    ['headers', `${GET}x: `],
    ['body', `${POST}content-length: 10000\r\n\r\n`],
  ])('a client that sends its %s byte by byte is told 408', async (_what, bytes) => {
    const { port } = await startImpatient({ config, timeouts: SHORT });
    const socket = await connect(port);
    socket.write(bytes);
    const answer = allFrom(socket);
    while (!socket.destroyed && !socket.readableEnded) {
      socket.write('x');
      await delay(5);
    }
    expect((await answer).toString()).toMatch(/^HTTP\/1\.1 408 |^$/);
  });

  test('a connection that is kept and not used is closed', async () => {
    const app = await startImpatient({ config, timeouts: { keepAliveMs: 50 } });
    expect(await answerTo(app, `${GET}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a handshake', () => {
  beforeAll(async () => {
    patient = await startTestApp({ config: { tls: FIRST } });
  });

  beforeEach(() => {
    socketsBefore = openSockets();
  });

  afterEach(async () => {
    (await connectTls(patient.port)).destroy();
    await expectNothingLeft();
  });

  afterAll(() => patient.close());

  test.each<[string, string | Uint8Array, RegExp]>([
    ['HTTP/1.1 in the clear', `${GET}\r\n`, /^HTTP\/1\.1 400 .*"detail":"must be sent by https: /s],
    ['a large request in the clear', `${POST}\r\n${'x'.repeat(5_000_000)}`, /^HTTP\/1\.1 400 /],
    ['noise', NOISE, /^HTTP\/1\.1 400 /],
    ['HTTP/2 in the clear', PREFACE, /this port speaks TLS only$/],
  ])('that is %s is answered in the clear, and the connection closed', async (_what, bytes, answer) => {
    const socket = await connectInClear(patient.port);
    socket.write(bytes);
    expect((await allFrom(socket)).toString('latin1')).toMatch(answer);
  });

  test('that is broken closes the connection at once', async () => {
    const socket = await connectInClear(patient.port);
    socket.write(Buffer.of(0x16, 3, 1, 0xff, 0xff, 9, 9, 9));
    await allFrom(socket);
    await vi.waitFor(() => expect(patient.logLines.at(-1)).toBe('debug: a TLS handshake failed'));
  });

  test('that comes byte by byte is made', async () => {
    const carrier = await connectInClear(patient.port);
    carrier.setNoDelay(true);
    const slow = new Transform({ transform: (bytes: Buffer, _encoding, done) => pushSlowly(slow, bytes, done) });
    slow.pipe(carrier);
    const socket = await connectTls(patient.port, { socket: Duplex.from({ readable: carrier, writable: slow }) });
    socket.end(`${GET}connection: close\r\n\r\n`);
    expect((await allFrom(socket)).toString('latin1')).toMatch(/^HTTP\/1\.1 200 /);
    carrier.destroy();
  });

  test.each([
    ['is never begun', ''],
    ['stops half-way', CLIENT_HELLO],
  ])('that %s is not waited for', async (_what, bytes) => {
    const { port } = await startImpatient({ config: { tls: FIRST }, timeouts: { handshakeMs: 50 } });
    const socket = await connectInClear(port);
    socket.write(bytes);
    expect((await allFrom(socket)).toString('latin1')).not.toContain('HTTP');
  });

  test('that is broken off leaves nothing', async () => {
    for (const bytes of ['', CLIENT_HELLO]) {
      const socket = await connectInClear(patient.port);
      if (bytes !== '') await new Promise((resolve) => socket.write(bytes, resolve));
      socket.resetAndDestroy();
    }
    await expect(nothingOpen()).resolves.toBeUndefined();
  });
});

import { status } from '@grpc/grpc-js';
import { once } from 'node:events';
import { constants, type IncomingHttpHeaders } from 'node:http2';
import { text } from 'node:stream/consumers';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { StatsService } from '../src/gen/veche/v1/stats_pb.js';
import { FrameConnection, http2Frame, PREFACE, SETTINGS } from './support/http2-frames.ts';
import { Person } from './support/person.ts';
import {
  authorization,
  CREATE_SESSION,
  createSessionRequest,
  FETCH_UNREAD,
  SUBSCRIBE,
  subscribeFrame,
  waitFrame,
} from './support/raw-calls.ts';
import { frame, RawHttp2 } from './support/raw-http2.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const MAX_REQUEST_BYTES = 4096 * 4 + 64 * 1024;

let app: TestApp;
let anna: Person;
let chatId: string;

beforeAll(async () => {
  app = await startTestApp();
  anna = await Person.enter(app.client);
  chatId = (await anna.openChat()).id;
});

afterEach(async () => {
  await anna.post(chatId, 'the server is as it was, also for those who were connected');
  const client = app.connect();
  await client.call(StatsService.method.getStats, {});
  client.close();
  const errors = app.logLines.filter((line) => line.startsWith('error'));
  if (errors.length > 0) throw new Error(errors.join());
});

afterAll(() => app.close());

describe('the server is as it was after bytes that are no HTTP/2', () => {
  const noise = Buffer.alloc(10_000, 0xa5);
  const largestStep = http2Frame('windowUpdate', { payload: Buffer.of(0x7f, 0xff, 0xff, 0xff) });

  test.each([
    ['noise after the preface', 'PROTOCOL_ERROR', [noise]],
    [
      'data for a stream that is not open',
      'PROTOCOL_ERROR',
      [SETTINGS, http2Frame('data', { flags: 1, streamId: 1, payload: Buffer.from('x') })],
    ],
    [
      'headers for no stream',
      'PROTOCOL_ERROR',
      [SETTINGS, http2Frame('headers', { flags: 5, payload: Buffer.of(0x82) })],
    ],
    [
      'headers that cannot be unpacked',
      'COMPRESSION_ERROR',
      [SETTINGS, http2Frame('headers', { flags: 5, streamId: 1, payload: Buffer.of(0x80) })],
    ],
    ['settings of a wrong length', 'FRAME_SIZE_ERROR', [http2Frame('settings', { payload: Buffer.alloc(5) })]],
    [
      'a frame larger than allowed',
      'FRAME_SIZE_ERROR',
      [SETTINGS, http2Frame('data', { streamId: 1, payload: Buffer.alloc(20_000) })],
    ],
    ['a window that overflows', 'FLOW_CONTROL_ERROR', [SETTINGS, largestStep, largestStep]],
  ] as const)('%s ends its connection with %s', async (_name, error, parts) => {
    const connection = new FrameConnection(app.port);
    connection.send(PREFACE, ...parts);
    expect(await connection.ended()).toBe(constants[`NGHTTP2_${error}`]);
    connection.destroy();
  });

  test('noise from the beginning is answered in HTTP/1.1', async () => {
    const connection = new FrameConnection(app.port);
    connection.send(noise);
    await connection.ended();
    expect(connection.received.toString()).toMatch(/^HTTP\/1\.1 400 /);
    connection.destroy();
  });
});

describe('what is no gRPC call is answered as such', () => {
  let raw: RawHttp2;

  beforeAll(() => {
    raw = new RawHttp2(app.port);
  });

  afterAll(() => raw.close());

  test.each<[string, Uint8Array, string, Record<string, string>?]>([
    ['no message', Buffer.alloc(0), 'UNIMPLEMENTED'],
    ['half of a frame header', Buffer.alloc(3), 'UNIMPLEMENTED'],
    ['half of a message', frame(createSessionRequest, { length: 100 }), 'UNIMPLEMENTED'],
    ['two messages', Buffer.concat([frame(createSessionRequest), frame(createSessionRequest)]), 'UNIMPLEMENTED'],
    [
      'a message said to be larger than allowed',
      frame(createSessionRequest, { length: MAX_REQUEST_BYTES + 1 }),
      'RESOURCE_EXHAUSTED',
    ],
    ['a message said to have 4 GiB', frame(createSessionRequest, { length: 2 ** 32 - 1 }), 'RESOURCE_EXHAUSTED'],
    ['a message larger than allowed', frame(Buffer.alloc(1024 * 1024)), 'RESOURCE_EXHAUSTED'],
    ['a malformed timeout', frame(createSessionRequest), 'INVALID_ARGUMENT', { 'grpc-timeout': 'soon' }],
  ])('%s', async (_name, body, grpc, headers) => {
    expect(await raw.call(CREATE_SESSION, body, headers)).toMatchObject({ grpc });
  });

  test('a largest allowed message is read', async () => {
    const body = frame(Buffer.alloc(MAX_REQUEST_BYTES, 0xff));
    expect(await raw.call(CREATE_SESSION, body)).toMatchObject({ grpc: 'INVALID_ARGUMENT' });
  });

  test('a method that does not exist', async () => {
    for (const path of ['/veche.v1.ChatService/RenameChat', '/veche.v2.ChatService/GetChat', '/']) {
      expect(await raw.call(path, frame(createSessionRequest))).toMatchObject({ grpc: 'UNIMPLEMENTED' });
    }
  });

  test.each([
    ['POST', 'application/json'],
    ['GET', ''],
  ])('a call of another type, which is told how HTTP is spoken (%s)', async (method, contentType) => {
    const stream = raw.open('/v1/stats', Buffer.alloc(0), { ':method': method, 'content-type': contentType });
    const [[headers], words] = await Promise.all([once(stream, 'response') as Promise<[object]>, text(stream)]);
    expect(headers).toMatchObject({ ':status': 415, 'content-type': 'text/plain; charset=utf-8' });
    expect(words).toContain('the HTTP API is spoken over HTTP/1.1');
  });

  test('a call of another type that asks for no body', async () => {
    const { http } = await raw.call('/v1/stats', Buffer.alloc(0), { ':method': 'HEAD', 'content-type': '' });
    expect(http).toBe(415);
  });

  test('metadata larger than allowed', async () => {
    const own = new RawHttp2(app.port);
    await expect(
      own.call(CREATE_SESSION, frame(createSessionRequest), { 'x-large': 'a'.repeat(100_000) }),
    ).rejects.toThrow('NGHTTP2');
    own.close();
  });

  test('metadata with bytes that are no text, of which nothing is logged', async () => {
    const logged = vi.spyOn(console, 'error');
    const path = '/veche.v1.SessionService/GetSession';
    const { grpc } = await raw.call(path, frame(Buffer.alloc(0)), { authorization: 'Bearer \u00E9\u00FF' });
    expect(grpc).toBe('UNAUTHENTICATED');
    expect(logged).not.toHaveBeenCalled();
    logged.mockRestore();
  });
});

describe('a compressed request', () => {
  test.each([
    ['as it should be', 'gzip', frame(gzipSync(createSessionRequest), { compressed: 1 })],
    ['with another encoding', 'deflate', frame(deflateSync(createSessionRequest), { compressed: 1 })],
    ['with an unknown encoding', 'zstd', frame(createSessionRequest, { compressed: 1 })],
    ['that unpacks to a large one', 'gzip', frame(gzipSync(Buffer.alloc(64 * 1024 * 1024)), { compressed: 1 })],
    ['that is noise', 'gzip', frame(createSessionRequest, { compressed: 1 })],
    ['of which half is missing', 'gzip', frame(gzipSync(createSessionRequest).subarray(0, 15), { compressed: 1 })],
    ['among many', 'gzip', Buffer.concat(Array(500).fill(frame(gzipSync(createSessionRequest), { compressed: 1 })))],
    ['of which nothing is compressed', 'gzip', frame(createSessionRequest)],
  ])('%s (%s) is refused, with what is accepted', async (_name, encoding, body) => {
    const raw = new RawHttp2(app.port);
    const calls = Array.from({ length: 20 }, () => raw.call(CREATE_SESSION, body, { 'grpc-encoding': encoding }));
    for (const { http, grpc, headers } of await Promise.all(calls)) {
      expect({ http, grpc }).toEqual({ http: 200, grpc: 'UNIMPLEMENTED' });
      expect(headers['grpc-accept-encoding']).toBe('identity');
      expect(decodeURI(String(headers['grpc-message']))).toContain('grpc-encoding');
    }
    expect((await raw.call(CREATE_SESSION, frame(createSessionRequest), { 'grpc-encoding': 'identity' })).grpc).toBe(
      'OK',
    );
    raw.close();
  });

  test('is not what answers ask for', async () => {
    const raw = new RawHttp2(app.port);
    const { headers } = await raw.call(CREATE_SESSION, frame(createSessionRequest));
    expect(headers['grpc-accept-encoding']).toBe('identity');
    const stream = raw.open(SUBSCRIBE, subscribeFrame(chatId), authorization(anna));
    const [response] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    expect(response['grpc-accept-encoding']).toBe('identity');
    raw.close();
  });
});

describe('a grpc-timeout', () => {
  test.each(['soon', '', '1', '-1S', '1.5S', '123456789S', '1 S', '1s'])(
    'of "%s" is refused, and is no failure',
    async (timeout) => {
      const raw = new RawHttp2(app.port);
      const answer = await raw.call(CREATE_SESSION, frame(createSessionRequest), { 'grpc-timeout': timeout });
      expect({ http: answer.http, grpc: answer.grpc }).toEqual({ http: 200, grpc: 'INVALID_ARGUMENT' });
      expect(decodeURI(String(answer.headers['grpc-message']))).toContain('grpc-timeout');
      raw.close();
    },
  );

  test.each(['10S', '00000010S', '99999999H', '5000m', '9000000u'])('of "%s" is understood', async (timeout) => {
    const raw = new RawHttp2(app.port);
    const { grpc } = await raw.call(CREATE_SESSION, frame(createSessionRequest), { 'grpc-timeout': timeout });
    expect(grpc).toBe('OK');
    raw.close();
  });
});

/** What the server counts in. */
const TICK_MS = 1_000;

/** A server whose ticks are the test's. */
async function startTicking(): Promise<TestApp> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  return startTestApp();
}

describe('a call whose request is not all there', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([
    ['half of a request', CREATE_SESSION, frame(createSessionRequest).subarray(0, 7)],
    ['half of a request of a stream', SUBSCRIBE, frame(createSessionRequest).subarray(0, 7)],
    ['half of a question for health', '/grpc.health.v1.Health/Check', Buffer.alloc(3)],
    ['a whole request that does not end', CREATE_SESSION, frame(createSessionRequest)],
    ['nothing', CREATE_SESSION, Buffer.alloc(0)],
  ])('is ended after 5 seconds: %s', async (_name, path, beginning) => {
    const own = await startTicking();
    const raw = new RawHttp2(own.port);
    const stream = raw.begin(path, beginning).resume();
    const response = once(stream, 'response') as Promise<[IncomingHttpHeaders]>;
    await raw.call(CREATE_SESSION, frame(createSessionRequest));
    vi.advanceTimersByTime(5 * TICK_MS);
    await raw.call(CREATE_SESSION, frame(createSessionRequest));
    expect(stream.closed).toBe(false);
    vi.advanceTimersByTime(TICK_MS);
    const [headers] = await response;
    expect(headers['grpc-status']).toBe(String(status.DEADLINE_EXCEEDED));
    expect(decodeURI(String(headers['grpc-message']))).toBe('The request took too long to arrive.');
    if (!stream.closed) await once(stream, 'close');
    expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
    raw.close();
    await own.close();
  });

  test('is told from one that is answered later', async () => {
    const own = await startTicking();
    const [boris, vera] = [await Person.enter(own.client, 'Борис'), await Person.enter(own.client, 'Вера')];
    const { id } = await boris.openChat();
    const raw = new RawHttp2(own.port);
    const answer = raw.call(FETCH_UNREAD, waitFrame(id), authorization(boris));
    await raw.call(CREATE_SESSION, frame(createSessionRequest));
    vi.advanceTimersByTime(20 * TICK_MS);
    await vera.post(id, 'Слово');
    expect(await answer).toMatchObject({ grpc: 'OK' });
    raw.close();
    await own.close();
  });
});

import { create, toBinary } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { once } from 'node:events';
import { constants, type IncomingHttpHeaders } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { MessageService, SubscribeRequestSchema } from '../src/gen/veche/v1/message_pb.js';
import { CreateSessionRequestSchema, SessionService } from '../src/gen/veche/v1/session_pb.js';
import { StatsService } from '../src/gen/veche/v1/stats_pb.js';
import { failure } from './support/grpc-error.ts';
import { Person } from './support/person.ts';
import { frame, http2Frame, isClosedAfter, PREFACE, RawHttp2, resetCall } from './support/raw-http2.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const CREATE_SESSION = '/veche.v1.SessionService/CreateSession';
const MAX_REQUEST_BYTES = 4096 * 4 + 64 * 1024;
const request = toBinary(CreateSessionRequestSchema, create(CreateSessionRequestSchema, { displayName: 'Анна' }));

const SETTINGS = http2Frame(4, 0, 0, new Uint8Array());

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
  const largestStep = http2Frame(8, 0, 0, Buffer.of(0x7f, 0xff, 0xff, 0xff));

  test.each([
    ['noise', [noise]],
    ['noise after the preface', [PREFACE, noise]],
    ['data for a stream that is not open', [PREFACE, SETTINGS, http2Frame(0, 1, 1, Buffer.from('x'))]],
    ['headers for no stream', [PREFACE, SETTINGS, http2Frame(1, 5, 0, Buffer.of(0x82))]],
    ['headers that cannot be unpacked', [PREFACE, SETTINGS, http2Frame(1, 5, 1, Buffer.of(0x80))]],
    ['settings of a wrong length', [PREFACE, http2Frame(4, 0, 0, Buffer.alloc(5))]],
    ['a frame larger than allowed', [PREFACE, SETTINGS, http2Frame(0, 0, 1, Buffer.alloc(20_000))]],
    ['a window that overflows', [PREFACE, SETTINGS, largestStep, largestStep]],
  ])('%s', async (_name, parts) => {
    expect(await isClosedAfter(app.port, Buffer.concat(parts))).toBe(true);
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
    ['half of a message', frame(request, { length: 100 }), 'UNIMPLEMENTED'],
    ['two messages', Buffer.concat([frame(request), frame(request)]), 'UNIMPLEMENTED'],
    [
      'a message said to be larger than allowed',
      frame(request, { length: MAX_REQUEST_BYTES + 1 }),
      'RESOURCE_EXHAUSTED',
    ],
    ['a message said to have 4 GiB', frame(request, { length: 2 ** 32 - 1 }), 'RESOURCE_EXHAUSTED'],
    ['a message larger than allowed', frame(Buffer.alloc(1024 * 1024)), 'RESOURCE_EXHAUSTED'],
    [
      'a small message that unpacks to a large one',
      frame(gzipSync(Buffer.alloc(64 * 1024 * 1024)), { compressed: 1 }),
      'RESOURCE_EXHAUSTED',
      { 'grpc-encoding': 'gzip' },
    ],
    ['noise said to be packed', frame(request, { compressed: 1 }), 'INTERNAL', { 'grpc-encoding': 'gzip' }],
    [
      'half of a packed message',
      frame(gzipSync(request).subarray(0, 15), { compressed: 1 }),
      'INTERNAL',
      { 'grpc-encoding': 'gzip' },
    ],
    ['an unknown packing', frame(request, { compressed: 1 }), 'UNIMPLEMENTED', { 'grpc-encoding': 'zstd' }],
    ['a malformed timeout', frame(request), 'INTERNAL', { 'grpc-timeout': 'soon' }],
  ])('%s', async (_name, body, grpc, headers) => {
    expect(await raw.call(CREATE_SESSION, body, headers)).toMatchObject({ grpc });
  });

  test('a packed message is read', async () => {
    const body = frame(gzipSync(request), { compressed: 1 });
    expect(await raw.call(CREATE_SESSION, body, { 'grpc-encoding': 'gzip' })).toEqual({ http: 200, grpc: 'OK' });
  });

  test('a largest allowed message is read', async () => {
    const body = frame(Buffer.alloc(MAX_REQUEST_BYTES, 0xff));
    expect(await raw.call(CREATE_SESSION, body)).toMatchObject({ grpc: 'INVALID_ARGUMENT' });
  });

  test('a method that does not exist', async () => {
    for (const path of ['/veche.v1.ChatService/RenameChat', '/veche.v2.ChatService/GetChat', '/']) {
      expect(await raw.call(path, frame(request))).toMatchObject({ grpc: 'UNIMPLEMENTED' });
    }
  });

  test('a body of another type', async () => {
    const { http } = await raw.call(CREATE_SESSION, frame(request), { 'content-type': 'application/json' });
    expect(http).toBe(415);
  });

  test('metadata larger than allowed', async () => {
    const own = new RawHttp2(app.port);
    await expect(own.call(CREATE_SESSION, frame(request), { 'x-large': 'a'.repeat(100_000) })).rejects.toThrow(
      'NGHTTP2',
    );
    own.close();
  });

  test('metadata with bytes that are no text, of which nothing is logged', async () => {
    const logged = vi.spyOn(console, 'error');
    const { grpc } = await raw
      .call('/veche.v1.SessionService/GetSession', frame(Buffer.alloc(0)), {
        authorization: 'Bearer секрет'.normalize(),
      })
      .catch(() => ({ grpc: 'not sent' }));
    expect(grpc).toBe('UNAUTHENTICATED');
    expect(logged).not.toHaveBeenCalled();
    logged.mockRestore();
  });
});

describe('a call whose request is not all there', () => {
  test.each([
    ['of a unary method', CREATE_SESSION],
    ['of a stream', '/veche.v1.MessageService/Subscribe'],
  ])('%s is ended in a few seconds', { timeout: 15_000 }, async (_name, path) => {
    const raw = new RawHttp2(app.port);
    const stream = raw.begin(path, frame(request).subarray(0, 7));
    const [headers] = (await once(stream.resume(), 'response')) as [IncomingHttpHeaders];
    expect(headers['grpc-status']).toBe(String(status.DEADLINE_EXCEEDED));
    await once(stream, 'close');
    raw.close();
  });
});

describe('a caller that goes away leaves nothing behind', () => {
  test('a call given up by its caller ends', async () => {
    const own = await startTestApp();
    const boris = await Person.enter(own.client, 'Борис');
    const chat = await boris.openChat();
    const cancel = new AbortController();
    const waiting = failure(
      own.client.call(
        MessageService.method.fetchUnread,
        { chatId: chat.id, wait: { seconds: 30n } },
        { token: boris.token, signal: cancel.signal },
      ),
    );
    await boris.call(MessageService.method.fetchUnread, { chatId: chat.id });
    cancel.abort();
    expect((await waiting).grpcCode).toBe('CANCELLED');
    await own.close();
  });

  test('a call past its deadline ends', async () => {
    const waiting = app.client.call(
      MessageService.method.fetchUnread,
      { chatId: (await anna.openChat()).id, wait: { seconds: 30n } },
      { token: anna.token, deadlineMs: 50 },
    );
    expect((await failure(waiting)).grpcCode).toBe('DEADLINE_EXCEEDED');
  });

  test('streams cancelled as soon as they are opened give their places back', async () => {
    for (let round = 0; round < 5; round++) {
      const streams = Array.from({ length: 100 }, () => anna.stream(MessageService.method.subscribe, { chatId }));
      for (const stream of streams) stream.cancel();
      await Promise.all(streams.map((stream) => failure(stream.next())));
      await anna.call(SessionService.method.getSession, {});
    }
    const stream = anna.stream(MessageService.method.subscribe, { chatId });
    expect((await stream.next())?.event.case).toBe('caughtUp');
    stream.cancel();
  });

  test('a connection cut in the middle of its streams gives their places back', async () => {
    const own = await startTestApp({ limits: { maxStreamsPerSession: 20 } });
    const reader = await Person.enter(own.client, 'Читатель');
    const chat = await reader.openChat();
    const subscribe = create(SubscribeRequestSchema, { chatId: chat.id });
    const raw = new RawHttp2(own.port);
    const streams = Array.from({ length: 20 }, () =>
      raw.open('/veche.v1.MessageService/Subscribe', frame(toBinary(SubscribeRequestSchema, subscribe)), {
        authorization: `Bearer ${reader.token}`,
      }),
    );
    await Promise.all(streams.map((stream) => once(stream, 'data')));
    raw.close();
    await vi.waitFor(async () => {
      const stream = reader.stream(MessageService.method.subscribe, subscribe);
      expect((await stream.next())?.event.case).toBe('caughtUp');
      stream.cancel();
    });
    await own.close();
  });

  test.each([
    ['of a method', CREATE_SESSION, 'application/grpc'],
    ['of a method that does not exist', '/veche.v1.ChatService/RenameChat', 'application/grpc'],
    ['of another type', CREATE_SESSION, 'application/json'],
  ])('calls %s, reset in the same breath', async (_name, path, contentType) => {
    const calls = Array.from({ length: 100 }, (_, index) => resetCall(2 * index + 1, path, contentType));
    const noStream = http2Frame(1, 5, 0, Buffer.of(0x82));
    expect(await isClosedAfter(app.port, Buffer.concat([PREFACE, SETTINGS, ...calls, noStream]))).toBe(true);
  });

  test('calls reset as soon as they are sent', async () => {
    const raw = new RawHttp2(app.port);
    for (let count = 0; count < 500; count++) raw.open(CREATE_SESSION, frame(request)).close(constants.NGHTTP2_CANCEL);
    raw.session.close();
    await once(raw.session, 'close');
    expect(raw.session.destroyed).toBe(true);
  });
});

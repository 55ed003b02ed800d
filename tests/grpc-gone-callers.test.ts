import { once } from 'node:events';
import { constants } from 'node:http2';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { MAX_END_DELIVERY_MS } from '../src/domain/limits.ts';
import { MessageService } from '../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../src/gen/veche/v1/session_pb.js';
import { StatsService } from '../src/gen/veche/v1/stats_pb.js';
import { FakeClock } from './support/fake-clock.ts';
import { failure } from './support/grpc-error.ts';
import { FrameConnection, PREFACE, resetCall, SETTINGS } from './support/http2-frames.ts';
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
import { openStuckStream } from './support/stuck-stream.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

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

/** Somebody who may have one stream or wait at a time, with a chat. */
async function enterWithOnePlace(): Promise<{ own: TestApp; boris: Person; chat: string }> {
  const own = await startTestApp({ limits: { maxStreamsPerSession: 1 } });
  const boris = await Person.enter(own.client, 'Борис');
  return { own, boris, chat: (await boris.openChat()).id };
}

describe('a caller that goes away leaves nothing behind', () => {
  test('a wait given up by its caller gives its place back', async () => {
    const { own, boris, chat } = await enterWithOnePlace();
    const wait = { chatId: chat, wait: { seconds: 30n } };
    const cancel = new AbortController();
    const options = { token: boris.token, signal: cancel.signal };
    const waiting = failure(own.client.call(MessageService.method.fetchUnread, wait, options));
    expect((await failure(boris.call(MessageService.method.fetchUnread, wait))).reason).toBe('TOO_MANY_STREAMS');
    cancel.abort();
    expect((await waiting).grpcCode).toBe('CANCELLED');
    // What is answered on the same connection afterwards was sent after the cancelling.
    await boris.call(SessionService.method.getSession, {});
    const stream = boris.stream(MessageService.method.subscribe, { chatId: chat });
    expect((await stream.next())?.event.case).toBe('caughtUp');
    await own.close();
  });

  test('a wait past the deadline of its call is ended by the server and gives its place back', async () => {
    const { own, boris, chat } = await enterWithOnePlace();
    const raw = new RawHttp2(own.port);
    const headers = { ...authorization(boris), 'grpc-timeout': '50m' };
    expect(await raw.call(FETCH_UNREAD, waitFrame(chat), headers)).toMatchObject({ grpc: 'DEADLINE_EXCEEDED' });
    const stream = boris.stream(MessageService.method.subscribe, { chatId: chat });
    expect((await stream.next())?.event.case).toBe('caughtUp');
    raw.close();
    await own.close();
  });

  test('streams reset in the same breath give their places back', async () => {
    const connection = new FrameConnection(app.port);
    connection.send(PREFACE, SETTINGS);
    const headers = { ':path': SUBSCRIBE, 'content-type': 'application/grpc', ...authorization(anna) };
    for (let round = 0; round < 5; round++) {
      const ids = Array.from({ length: 100 }, (_, index) => 200 * round + 2 * index + 1);
      connection.send(...ids.map((id) => resetCall(id, headers, subscribeFrame(chatId))));
      await connection.pinged();
    }
    const stream = anna.stream(MessageService.method.subscribe, { chatId });
    expect((await stream.next())?.event.case).toBe('caughtUp');
    stream.cancel();
    connection.destroy();
  });

  test('streams cancelled after their first event give their places back', async () => {
    const own = await startTestApp({ limits: { maxStreamsPerSession: 20 } });
    const reader = await Person.enter(own.client, 'Читатель');
    const { id } = await reader.openChat();
    for (let round = 0; round < 5; round++) {
      const streams = Array.from({ length: 20 }, () => reader.stream(MessageService.method.subscribe, { chatId: id }));
      for (const stream of streams) expect((await stream.next())?.event.case).toBe('caughtUp');
      for (const stream of streams) stream.cancel();
      // What is answered on the same connection afterwards was sent after the cancelling.
      await reader.call(SessionService.method.getSession, {});
    }
    await own.close();
  });

  test('a connection cut in the middle of its streams gives their places back', async () => {
    const own = await startTestApp({ limits: { maxStreamsPerSession: 20 } });
    const reader = await Person.enter(own.client, 'Читатель');
    const { id } = await reader.openChat();
    const raw = new RawHttp2(own.port);
    const streams = Array.from({ length: 20 }, () => raw.open(SUBSCRIBE, subscribeFrame(id), authorization(reader)));
    await Promise.all(streams.map((stream) => once(stream, 'data')));
    const refused = reader.stream(MessageService.method.subscribe, { chatId: id });
    expect((await failure(refused.next())).reason).toBe('TOO_MANY_STREAMS');
    raw.close();
    await vi.waitFor(async () => {
      const stream = reader.stream(MessageService.method.subscribe, { chatId: id });
      expect((await stream.next())?.event.case).toBe('caughtUp');
      stream.cancel();
    });
    await own.close();
  });

  test.each([
    ['of a method', CREATE_SESSION, 'application/grpc'],
    ['of a method that does not exist', '/veche.v1.ChatService/RenameChat', 'application/grpc'],
    ['of another type', CREATE_SESSION, 'application/json'],
    ['that are compressed', CREATE_SESSION, 'application/grpc', { 'grpc-encoding': 'gzip' }],
  ])('calls %s, reset in the same breath', async (_name, path, contentType, headers: Record<string, string> = {}) => {
    const connection = new FrameConnection(app.port);
    const all = { ':path': path, 'content-type': contentType, ...headers };
    const calls = Array.from({ length: 100 }, (_, index) => resetCall(2 * index + 1, all, frame(createSessionRequest)));
    connection.send(PREFACE, SETTINGS, ...calls);
    // Were anything thrown where nobody catches it, this run of the tests would fail.
    await expect(connection.pinged()).resolves.toBeUndefined();
    connection.destroy();
  });

  test('calls reset as soon as the server has begun with them', async () => {
    const raw = new RawHttp2(app.port);
    await raw.call(CREATE_SESSION, frame(createSessionRequest));
    for (let round = 0; round < 5; round++) {
      const streams = Array.from({ length: 100 }, () =>
        raw.open(FETCH_UNREAD, waitFrame(chatId), authorization(anna)).resume(),
      );
      await raw.call(CREATE_SESSION, frame(createSessionRequest));
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
      expect(await raw.call(CREATE_SESSION, frame(createSessionRequest))).toMatchObject({ grpc: 'OK' });
    }
    raw.close();
  });
});

test('a reader that takes nothing is cut a while after it was too slow, and costs nobody else anything', async () => {
  const clock = new FakeClock();
  const own = await startTestApp({ clock, limits: { maxMessageLength: 1024 * 1024 } });
  const writer = await Person.enter(own.client);
  const { id } = await writer.openChat();
  const stuck = await openStuckStream(own.port, { token: writer.token, chatId: id });
  const other = writer.stream(MessageService.method.subscribe, { chatId: id, afterSeq: 0n });
  expect((await other.next())?.event.case).toBe('caughtUp');
  for (let posted = 0; posted < 5; posted++) {
    await writer.post(id, 'x'.repeat(1024 * 1024));
    expect((await other.next())?.event.case).toBe('messages');
  }
  clock.advance(MAX_END_DELIVERY_MS);
  expect(await stuck.reset).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  await writer.post(id, 'Слово');
  expect((await other.next())?.event.case).toBe('messages');
  await own.close();
});

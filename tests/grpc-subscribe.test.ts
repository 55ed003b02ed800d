import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatService } from '../src/gen/veche/v1/chat_pb.js';
import {
  MessageService,
  StreamEndReason,
  type Message,
  type SubscribeResponse,
} from '../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../src/gen/veche/v1/session_pb.js';
import type { ResponseStream } from './support/grpc-client.ts';
import { failure } from './support/grpc-error.ts';
import { Person } from './support/person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const { subscribe } = MessageService.method;

let app: TestApp;
let anna: Person;
let boris: Person;

beforeAll(async () => {
  app = await startTestApp();
  anna = await Person.enter(app.client);
  boris = await Person.enter(app.connect(), 'Борис');
});

afterAll(() => app.close());

type Event = SubscribeResponse['event'];

async function nextEvent(stream: ResponseStream<SubscribeResponse>): Promise<Event> {
  const response = await stream.next();
  return response === undefined ? { case: undefined } : response.event;
}

/** Reads events until there are as many messages. */
async function readMessages(stream: ResponseStream<SubscribeResponse>, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) {
    const event = await nextEvent(stream);
    if (event.case !== 'messages') throw new Error(`expected messages, got ${event.case}`);
    messages.push(...event.value.messages);
  }
  return messages;
}

describe('Subscribe', () => {
  test('sends the kept messages after a seq, then the caught-up mark, then live ones', async () => {
    const { id: chatId } = await anna.openChat();
    const posted = [];
    for (const text of ['раз', 'два', 'три']) posted.push(await anna.post(chatId, text));
    const stream = boris.stream(subscribe, { chatId, afterSeq: 1n });
    expect(await readMessages(stream, 2)).toEqual(posted.slice(1));
    expect(await nextEvent(stream)).toMatchObject({ case: 'caughtUp', value: { seq: 3n } });
    const live = await anna.post(chatId, 'четыре');
    expect(await readMessages(stream, 1)).toEqual([live]);
    stream.cancel();
  });

  test('without a seq begins now', async () => {
    const { id: chatId } = await anna.openChat();
    await anna.post(chatId, 'раз');
    const stream = boris.stream(subscribe, { chatId });
    expect(await nextEvent(stream)).toMatchObject({ case: 'caughtUp', value: { seq: 1n } });
    stream.cancel();
  });

  test('says how many messages were trimmed before they could be delivered', async () => {
    const { id: chatId } = await anna.openChat({ maxMessages: 1n });
    for (const text of ['раз', 'два', 'три']) await anna.post(chatId, text);
    const stream = boris.stream(subscribe, { chatId, afterSeq: 0n });
    expect(await nextEvent(stream)).toMatchObject({ case: 'missed', value: { count: 2n, seq: 2n } });
    expect((await readMessages(stream, 1))[0]!.seq).toBe(3n);
    stream.cancel();
  });

  test('delivers everything once and in order to every reader while several people post', async () => {
    const { id: chatId } = await anna.openChat();
    const readers = await Promise.all(Array.from({ length: 5 }, () => Person.enter(app.connect(), 'Читатель')));
    const streams = readers.map((reader) => reader.stream(subscribe, { chatId, afterSeq: 0n }));
    for (const stream of streams) expect((await nextEvent(stream)).case).toBe('caughtUp');
    const writing = [anna, boris].map(async (writer) => {
      for (let i = 0; i < 100; i++) await writer.post(chatId, `${writer.displayName} ${i}`);
    });
    for (const stream of streams) {
      const seqs = (await readMessages(stream, 200)).map(({ seq }) => Number(seq));
      expect(seqs).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
      stream.cancel();
    }
    await Promise.all(writing);
  });

  test('ends with the reason when the chat closes, then with status OK', async () => {
    const { id: chatId } = await anna.openChat();
    await anna.post(chatId, 'раз');
    const stream = boris.stream(subscribe, { chatId, afterSeq: 1n });
    expect((await nextEvent(stream)).case).toBe('caughtUp');
    await anna.call(ChatService.method.closeChat, { chatId });
    const rest = await stream.rest();
    expect(rest.map(({ event }) => event)).toMatchObject([
      { case: 'end', value: { reason: StreamEndReason.CHAT_CLOSED, seq: 1n } },
    ]);
  });

  test("ends with the reason when the reader's session ends", async () => {
    const { id: chatId } = await anna.openChat();
    const reader = await Person.enter(app.client, 'Читатель');
    const stream = reader.stream(subscribe, { chatId });
    expect((await nextEvent(stream)).case).toBe('caughtUp');
    await reader.call(SessionService.method.endSession, {});
    const rest = await stream.rest();
    expect(rest.map(({ event }) => event)).toMatchObject([
      { case: 'end', value: { reason: StreamEndReason.SESSION_ENDED, seq: 0n } },
    ]);
  });

  test('ends with the place to resume from when the server goes away', async () => {
    const own = await startTestApp();
    const reader = await Person.enter(own.client);
    const { id: chatId } = await reader.openChat();
    await reader.post(chatId, 'раз');
    const stream = reader.stream(subscribe, { chatId, afterSeq: 0n });
    await readMessages(stream, 1);
    expect((await nextEvent(stream)).case).toBe('caughtUp');
    const stopped = own.stop();
    const rest = await stream.rest();
    expect(rest.map(({ event }) => event)).toMatchObject([
      { case: 'end', value: { reason: StreamEndReason.SERVER_GOING_AWAY, seq: 1n } },
    ]);
    expect(await stopped).toBe(true);
    expect(own.logLines).not.toContainEqual(expect.stringContaining('cutting'));
    await own.close();
  });

  test('gives its place back when the reader cancels', async () => {
    const own = await startTestApp({ limits: { maxStreamsPerSession: 1 } });
    const reader = await Person.enter(own.client);
    const { id: chatId } = await reader.openChat();
    const first = reader.stream(subscribe, { chatId });
    expect((await nextEvent(first)).case).toBe('caughtUp');
    const refused = await failure(reader.stream(subscribe, { chatId }).next());
    expect(refused).toMatchObject({ grpcCode: 'RESOURCE_EXHAUSTED', reason: 'TOO_MANY_STREAMS' });
    first.cancel();
    // What is answered on the same connection afterwards was sent after the cancelling.
    await reader.call(SessionService.method.getSession, {});
    const second = reader.stream(subscribe, { chatId });
    expect((await nextEvent(second)).case).toBe('caughtUp');
    await own.close();
  });

  test('ends a reader that is too slow with the place to resume from, at no cost to others', async () => {
    const text = '👋'.repeat(4096);
    const { id: chatId } = await anna.openChat();
    const slow = boris.stream(subscribe, { chatId, afterSeq: 0n });
    const fast = boris.stream(subscribe, { chatId, afterSeq: 0n });
    for (const stream of [slow, fast]) expect((await nextEvent(stream)).case).toBe('caughtUp');
    for (let posted = 0; posted < 600; posted += 20) {
      await Promise.all(Array.from({ length: 20 }, () => anna.post(chatId, text)));
      await readMessages(fast, 20);
    }
    fast.cancel();

    const events = (await slow.rest()).map(({ event }) => event);
    const seen = events.flatMap((event) => (event.case === 'messages' ? event.value.messages : []));
    const lastSeen = BigInt(seen.length);
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => BigInt(index + 1)));
    expect(events.at(-1)).toMatchObject({
      case: 'end',
      value: { reason: StreamEndReason.READER_TOO_SLOW, seq: lastSeen },
    });

    const resumed = boris.stream(subscribe, { chatId, afterSeq: lastSeen });
    const rest = await readMessages(resumed, 600 - seen.length);
    expect(rest.at(0)!.seq).toBe(lastSeen + 1n);
    expect(rest.at(-1)!.seq).toBe(600n);
    resumed.cancel();
  });

  test('is refused for a chat that is not there', async () => {
    const error = await failure(anna.stream(subscribe, { chatId: anna.userId }).next());
    expect(error).toMatchObject({ grpcCode: 'NOT_FOUND', reason: 'CHAT_NOT_FOUND' });
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  MessageService,
  StreamEndReason,
  type Message,
  type SubscribeResponse,
} from '../src/gen/veche/v1/message_pb.js';
import type { ResponseStream } from './support/grpc-client.ts';
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
});

import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { MAX_END_DELIVERY_MS, MAX_EVENT_BYTES, MAX_STREAM_QUEUE_BYTES } from '../src/domain/limits.ts';
import * as Http from '../src/gen/http/index.ts';
import { EventReader, openEvents, seqsOf, type Sent } from './support/event-reader.ts';
import { FakeClock } from './support/fake-clock.ts';
import { HttpPerson } from './support/http-person.ts';
import { nextResponse } from './support/server-responses.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const TEXT = 'x'.repeat(60_000);
/** More than what systems hold of a connection that is not read, on both its ends. */
const MOST_BYTES = 64 * 1024 * 1024;

let clock: FakeClock;
let app: TestApp;
let writer: HttpPerson;
let slowOne: HttpPerson;
let chatId: string;

beforeEach(async () => {
  clock = new FakeClock();
  app = await startTestApp({ clock, limits: { maxMessageLength: 65_536, maxStreamsPerSession: 1 } });
  writer = await HttpPerson.enter(app.port);
  slowOne = await HttpPerson.enter(app.port);
  ({ id: chatId } = await writer.openChat());
});

afterEach(() => app.close());

/** A reader that has the head of its answer and takes nothing more, and what the server has for it. */
async function stuckReader(): Promise<{ readonly response: IncomingMessage; readonly held: ServerResponse }> {
  const held = nextResponse(chatId);
  const headers = { authorization: `Bearer ${slowOne.token}` };
  const request = get({ port: app.port, path: `/v1/chats/${chatId}/events?afterSeq=0`, headers });
  // One that is cut loses its connection.
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { response: response.pause(), held: await held };
}

/** Whether the place of the slow reader among the streams of its session is free. */
async function hasEnded(): Promise<boolean> {
  const { response } = await openEvents(app.port, slowOne, chatId);
  response.destroy();
  return response.statusCode === 200;
}

/** Opens a stream of the slow reader's as soon as the one before has given back its place. */
async function openWhenFree(headers: object): Promise<EventReader> {
  for (;;) {
    const reader = await openEvents(app.port, slowOne, chatId, { headers });
    if (reader.response.statusCode === 200) return reader;
    reader.response.destroy();
  }
}

/** Posts until the slow reader is ended. @returns the last seq, and the most that was held for the reader on the way. */
async function postUntilEnded(held: ServerResponse): Promise<{ readonly lastSeq: number; readonly mostHeld: number }> {
  let lastSeq = 0;
  let mostHeld = 0;
  do {
    for (let count = 0; count < 20; count++) {
      ({ seq: lastSeq } = await writer.post(chatId, TEXT));
      mostHeld = Math.max(mostHeld, held.writableLength);
    }
    if (lastSeq * TEXT.length > MOST_BYTES) throw new Error('is not ended however much waits for it');
  } while (!(await hasEnded()));
  return { lastSeq, mostHeld };
}

/** All events up to the end of the stream. */
async function readAll(reader: EventReader): Promise<readonly Sent[]> {
  const events: Sent[] = [];
  for (let sent = await reader.next(); sent !== undefined; sent = await reader.next()) events.push(sent);
  return events;
}

function seqsIn(events: readonly Sent[]): readonly number[] {
  return events.filter(({ event }) => event === 'messages').flatMap(seqsOf);
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

// How much must be posted before a reader is slow depends on what the system holds of a connection.
describe('a reader that does not read', { timeout: 60_000 }, () => {
  test('is ended with the place to resume from, costs one event meanwhile, and nobody else notices', async () => {
    const reader = await HttpPerson.enter(app.port);
    const fast = readAll(await openEvents(app.port, reader, chatId, { query: '?afterSeq=0' }));
    const { response, held } = await stuckReader();
    const { lastSeq, mostHeld } = await postUntilEnded(held);
    expect(lastSeq * TEXT.length).toBeGreaterThan(MAX_STREAM_QUEUE_BYTES);
    expect(mostHeld).toBeGreaterThan(0);
    expect(mostHeld).toBeLessThan(2 * MAX_EVENT_BYTES);

    const events = await readAll(new EventReader(response));
    const seqs = seqsIn(events);
    const resumeAfter = seqs.at(-1)!;
    expect(seqs).toEqual(range(1, resumeAfter));
    const end = { event: 'end', id: resumeAfter, data: { reason: 'READER_TOO_SLOW', seq: resumeAfter } };
    expect(events.at(-1)).toEqual(end);

    const headers = { 'Last-Event-ID': String(resumeAfter) };
    const resumed = await openWhenFree(headers);
    expect(await resumed.seqsUntil(lastSeq)).toEqual(range(resumeAfter + 1, lastSeq));
    resumed.response.destroy();
    await Http.closeChat({ client: writer.client, path: { chatId } });
    expect(seqsIn(await fast)).toEqual(range(1, lastSeq));
  });

  test('is cut when it does not take the end of its stream either, and is sent no signs of life meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { held } = await stuckReader();
    await postUntilEnded(held);
    const { writableLength } = held;
    expect(writableLength).toBeGreaterThan(0);
    vi.advanceTimersByTime(3_600_000);
    expect(held.writableLength).toBe(writableLength);

    clock.advance(MAX_END_DELIVERY_MS - 1);
    expect(held.destroyed).toBe(false);
    const closed = once(held, 'close');
    clock.advance(1);
    await closed;
    expect(held.writableFinished).toBe(false);
  });
});

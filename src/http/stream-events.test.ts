import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { LiveEvent } from '../live/events.ts';
import { HeldBytes } from '../service/held-bytes.ts';
import { EventStream } from './event-stream.ts';
import { Heartbeat } from './heartbeat.ts';
import { eventSink } from './stream-events.ts';
import { UntakenAnswers } from './untaken-answers.ts';

const READERS = 50;

/** A server of which every answer is this listener's. */
async function serve(onRequest: RequestListener): Promise<string> {
  const server = createServer(onRequest).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An event of one message that counts how often its text is looked at, as it is whenever it is encoded. */
function countedEvent(): { readonly event: LiveEvent; readonly encodings: () => number } {
  let encodings = 0;
  const author = { userId: 'u', displayName: 'Ann' };
  const message = {
    id: 'm',
    chatId: 'c',
    seq: 7,
    author,
    sentAt: 0,
    get text() {
      encodings++;
      return 'Hello!';
    },
  };
  return { event: { type: 'messages', messages: [message] }, encodings: () => encodings };
}

/** What a stream of these events alone is. */
async function sent(...events: readonly LiveEvent[]): Promise<string> {
  const heartbeat = new Heartbeat();
  const untaken = new UntakenAnswers(new HeldBytes(Infinity));
  const origin = await serve((_request, response) => {
    const sink = eventSink(new EventStream(response, { heartbeat, untaken, takeOver: () => {} }));
    const send = (rest: readonly LiveEvent[]): void => {
      if (rest.length === 0) sink.end();
      else sink.send(rest[0]!, () => send(rest.slice(1)));
    };
    send(events);
  });
  return (await fetch(origin)).text();
}

test.each(['SERVER_GOING_AWAY', 'READER_TOO_SLOW'] as const)(
  'the end with %s says when to come back, not to all the same',
  async (reason) => {
    const texts = await Promise.all(
      Array.from({ length: READERS }, () => sent({ type: 'caught-up', seq: 7 }, { type: 'end', reason, seq: 7 })),
    );
    const waits = texts.map((text) => {
      const [, retry] =
        /^event: caught-up\nid: 7\ndata: .*\n\nevent: end\nid: 7\ndata: .*\nretry: (\d+)\n\n$/.exec(text) ?? [];
      return Number(retry);
    });
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(250);
      expect(wait).toBeLessThan(2_500);
    }
    expect(new Set(waits).size).toBeGreaterThan(READERS / 2);
  },
);

test.each(['CHAT_CLOSED', 'SESSION_ENDED'] as const)('the end with %s asks nobody back', async (reason) => {
  expect(await sent({ type: 'end', reason, seq: 7 })).toBe(
    `event: end\nid: 7\ndata: ${JSON.stringify({ reason, seq: 7 })}\n\n`,
  );
});

test('an event is encoded once, whatever the number of its readers', async () => {
  const { event, encodings } = countedEvent();
  const heartbeat = new Heartbeat();
  const untaken = new UntakenAnswers(new HeldBytes(Infinity));
  const origin = await serve((_request, response) => {
    const sink = eventSink(new EventStream(response, { heartbeat, untaken, takeOver: () => {} }));
    sink.send(event, () => sink.end());
  });
  const answers = Array.from({ length: READERS }, async () => (await fetch(origin)).text());
  const expected = `event: messages\nid: 7\ndata: ${JSON.stringify({
    messages: [
      {
        id: 'm',
        chatId: 'c',
        seq: 7,
        author: { userId: 'u', displayName: 'Ann' },
        text: 'Hello!',
        sentAt: '1970-01-01T00:00:00.000Z',
      },
    ],
  })}\n\n`;
  expect(await Promise.all(answers)).toEqual(Array(READERS).fill(expected));
  expect(encodings()).toBe(1);
});

/** Connections and streams grow old: clients are asked to open others, and nothing is cut. */

import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MessageService, StreamEndReason } from '../src/gen/veche/v1/message_pb.js';
import { openEvents } from './support/event-reader.ts';
import { Person } from './support/person.ts';
import { authorization, FETCH_UNREAD, waitFrame } from './support/raw-calls.ts';
import { answerOn, RawHttp2 } from './support/raw-http2.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const AGES = 3;

let app: TestApp;
let anna: Person;
let chatId: string;

beforeEach(async () => {
  app = await startTestApp({ config: { maxConnectionAgeMs: 200 } });
  anna = await Person.enter(app.client);
  chatId = (await anna.openChat()).id;
});

afterEach(() => app.close());

test('over gRPC, calls go on without a failure, and streams without a gap', async () => {
  const seqs: number[] = [];
  const posts: Promise<unknown>[] = [];
  let afterSeq = 0n;
  for (let age = 0; age < AGES; age++) {
    const stream = anna.stream(MessageService.method.subscribe, { chatId, afterSeq });
    for await (const { event } of stream) {
      if (event.case === 'messages') seqs.push(...event.value.messages.map(({ seq }) => Number(seq)));
      if (event.case === 'caughtUp' || event.case === 'messages') posts.push(anna.post(chatId, 'And on.'));
      if (event.case !== 'end') continue;
      expect(event.value.reason).toBe(StreamEndReason.SERVER_GOING_AWAY);
      afterSeq = event.value.seq;
    }
    expect(Number(afterSeq)).toBe(seqs.at(-1));
  }
  await Promise.all(posts);
  expect(seqs).toEqual(Array.from(seqs, (_, index) => index + 1));
});

test('over gRPC, a call that is running when its connection is told to go has its answer', async () => {
  const raw = new RawHttp2(app.port);
  const boris = await Person.enter(app.client, 'Борис');
  const goodbye = once(raw.session, 'goaway');
  const answer = answerOn(raw.open(FETCH_UNREAD, waitFrame(chatId), authorization(boris)));
  await goodbye;
  await anna.post(chatId, 'At last.');
  expect(await answer).toMatchObject({ grpc: 'OK' });
  raw.close();
});

test('over HTTP, an answer says that it is the last of its connection, and the next is given on another', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (): Promise<IncomingMessage> => {
    const request = get({ port: app.port, path: '/v1/stats', agent });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    return response;
  };
  let last = await ask();
  while (last.headers.connection !== 'close') last = await ask();
  expect(last.statusCode).toBe(200);
  expect(await ask()).toMatchObject({ statusCode: 200, headers: { connection: 'keep-alive' } });
  agent.destroy();
});

test('over HTTP, a stream ends with the place to resume, and says when', async () => {
  await anna.post(chatId, 'Hello!');
  const reader = await openEvents(app.port, anna, chatId, { query: '?afterSeq=0' });
  const blocks: (string | undefined)[] = [await reader.nextBlock(), await reader.nextBlock(), await reader.nextBlock()];
  expect(blocks[2]).toMatch(/^event: end\nid: 1\ndata: {"reason":"SERVER_GOING_AWAY","seq":1}\nretry: \d+$/);
  expect(await reader.nextBlock()).toBeUndefined();
});

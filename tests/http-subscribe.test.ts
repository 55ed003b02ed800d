import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as Http from '../src/gen/http/index.ts';
import { openEvents, type EventReader } from './support/event-reader.ts';
import { HttpPerson } from './support/http-person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

let app: TestApp;
let anna: HttpPerson;

beforeAll(async () => {
  app = await startTestApp();
  anna = await HttpPerson.enter(app.port);
});

afterAll(() => app.close());

function subscribe(
  person: HttpPerson,
  chatId: string,
  { port = app.port, ...options }: { query?: string; headers?: object; port?: number } = {},
): Promise<EventReader> {
  return openEvents(port, person, chatId, options);
}

describe('subscribe', () => {
  test('streams what is kept, then a mark, then what is posted, and ends with the chat', async () => {
    const { id } = await anna.openChat();
    const first = await anna.post(id, 'раз\n');
    const second = await anna.post(id, 'два');
    const reader = await subscribe(anna, id, { query: '?afterSeq=0' });
    expect(reader.response.statusCode).toBe(200);
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    expect(await reader.next()).toEqual({ event: 'messages', id: 2, data: { messages: [first, second] } });
    expect(await reader.next()).toEqual({ event: 'caught-up', id: 2, data: { seq: 2 } });
    const third = await anna.post(id, 'три');
    expect(await reader.next()).toEqual({ event: 'messages', id: 3, data: { messages: [third] } });
    await Http.closeChat({ client: anna.client, path: { chatId: id } });
    expect(await reader.next()).toEqual({ event: 'end', id: 3, data: { reason: 'CHAT_CLOSED', seq: 3 } });
    expect(await reader.next()).toBeUndefined();
  });

  test('goes on after Last-Event-ID, whatever afterSeq says', async () => {
    const { id } = await anna.openChat();
    for (const text of ['раз', 'два', 'три']) await anna.post(id, text);
    const reader = await subscribe(anna, id, { query: '?afterSeq=0', headers: { 'Last-Event-ID': '2' } });
    expect(await reader.next()).toMatchObject({ event: 'messages', id: 3, data: { messages: [{ seq: 3 }] } });
    reader.response.destroy();
  });

  test('begins where afterSeq says with an empty Last-Event-ID, as sent by clients that have received nothing', async () => {
    const { id } = await anna.openChat();
    await anna.post(id, 'раз');
    const reader = await subscribe(anna, id, { query: '?afterSeq=0', headers: { 'Last-Event-ID': '' } });
    expect(await reader.next()).toMatchObject({ event: 'messages', id: 1 });
    reader.response.destroy();
  });

  test.each(['\u2028', '\u2029', '\u0085', '\v', '\r\n\n'])('keeps the line end %j within a text', async (lineEnd) => {
    const { id } = await anna.openChat();
    const message = await anna.post(id, `раз${lineEnd}два`);
    const reader = await subscribe(anna, id, { query: '?afterSeq=0' });
    expect(await reader.next()).toEqual({ event: 'messages', id: 1, data: { messages: [message] } });
    reader.response.destroy();
  });

  test('can be read by the generated client', async () => {
    const { id: chatId } = await anna.openChat();
    const message = await anna.post(chatId, 'раз');
    const { stream } = await Http.subscribe({ client: anna.client, path: { chatId }, query: { afterSeq: 0 } });
    const events: unknown[] = [];
    for await (const event of stream) {
      if (events.push(event) === 2) await Http.closeChat({ client: anna.client, path: { chatId } });
    }
    expect(events).toEqual([{ messages: [message] }, { seq: 1 }, { reason: 'CHAT_CLOSED', seq: 1 }]);
  });

  test('takes no token from the address', async () => {
    const { id } = await anna.openChat();
    const response = await fetch(`http://127.0.0.1:${app.port}/v1/chats/${id}/events?access_token=${anna.token}`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('says at its place how many messages are missing', async () => {
    const { id } = await anna.openChat({ maxMessages: 1 });
    for (const text of ['раз', 'два', 'три']) await anna.post(id, text);
    const reader = await subscribe(anna, id, { query: '?afterSeq=0' });
    expect(await reader.next()).toEqual({ event: 'missed', id: 2, data: { count: 2, seq: 2 } });
    expect(await reader.next()).toMatchObject({ event: 'messages', id: 3 });
    reader.response.destroy();
  });

  test('is refused as a problem before the first event', async () => {
    const { id: chatId } = await anna.openChat();
    const headers = { authorization: `Bearer ${anna.token}` };
    const response = await fetch(`http://127.0.0.1:${app.port}/v1/chats/${chatId}/events?afterSeq=1`, { headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'INVALID_ARGUMENT',
      errors: [{ field: 'afterSeq', description: "must be at most the chat's last seq, 0" }],
    });
  });

  test('a reader that goes away gives its place back', async () => {
    const own = await startTestApp({ limits: { maxStreamsPerSession: 1 } });
    const person = await HttpPerson.enter(own.port);
    const { id } = await person.openChat();
    const gone = await subscribe(person, id, { port: own.port });
    await gone.next();
    const tooMany = await subscribe(person, id, { port: own.port });
    expect(tooMany.response.statusCode).toBe(429);
    gone.response.destroy();
    await expect
      .poll(async () => {
        const { response } = await subscribe(person, id, { port: own.port });
        response.destroy();
        return response.statusCode;
      })
      .toBe(200);
    await own.close();
  });

  test('ends with the place to resume from when the server goes away', async () => {
    const own = await startTestApp();
    const person = await HttpPerson.enter(own.port);
    const { id } = await person.openChat();
    const reader = await subscribe(person, id, { port: own.port });
    await reader.next();
    const stopping = own.stop();
    expect(await reader.next()).toEqual({ event: 'end', id: 0, data: { reason: 'SERVER_GOING_AWAY', seq: 0 } });
    expect(await reader.next()).toBeUndefined();
    expect(await stopping).toBe(true);
    expect(own.logLines).not.toContainEqual(expect.stringContaining('cutting'));
    await own.close();
  });
});

/** Metrics, as they are scraped from a server that is used over both APIs. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ChatService } from '../src/gen/veche/v1/chat_pb.js';
import { MessageService } from '../src/gen/veche/v1/message_pb.js';
import * as Http from '../src/gen/http/index.ts';
import { METRICS, type MetricRow } from '../src/observability/metric-table.ts';
import { PROCESS_METRICS } from '../src/observability/process-metrics.ts';
import { openMemoryStorage } from '../src/storage/memory/open-memory-storage.ts';
import { StorageUnavailableError } from '../src/storage/storage.ts';
import { disturbed } from './support/disturbed-storage.ts';
import { openEvents } from './support/event-reader.ts';
import { failure } from './support/grpc-error.ts';
import { HttpPerson } from './support/http-person.ts';
import { Person } from './support/person.ts';
import { promtool } from './support/promtool.ts';
import { scrape, type Scrape } from './support/scrape.ts';
import { SHARED_STORAGES, type SharedData } from './support/shared-storages.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const LONG_WAIT = { seconds: 30n, nanos: 0 };

/** Waits until a scrape has what is looked for: what is counted after an answer has been heard is counted soon. */
async function scraped(port: number, has: (scrape: Scrape) => boolean): Promise<Scrape> {
  for (;;) {
    const latest = await scrape(port);
    if (has(latest)) return latest;
  }
}

async function own(...args: Parameters<typeof startTestApp>): Promise<TestApp> {
  const app = await startTestApp(...args);
  onTestFinished(() => app.close());
  return app;
}

describe('a server that was used over both APIs', () => {
  let data: SharedData;
  let app: TestApp;
  let after: Scrape;

  beforeAll(async () => {
    data = await SHARED_STORAGES.find(([name]) => name === 'PostgreSQL')![1]();
    app = await startTestApp({ config: data.config, limits: { maxStreamsPerSession: 2 } });
    await useEverything(app);
    after = await scrape(app.port);
  });

  afterAll(async () => {
    await app?.close();
    await data?.close();
  });

  test('shows what promtool finds nothing wrong with', async () => {
    expect(await promtool(['check', 'metrics'], after.text)).toBe('');
  });

  test('shows every metric of the table, and no other', () => {
    const names = [...Object.keys(METRICS), ...Object.keys(PROCESS_METRICS)];
    expect([...after.names].toSorted()).toEqual(names.toSorted());
  });

  test.each(Object.entries<MetricRow>(METRICS))(
    'gives %s the labels of the table, and values from its lists',
    (name, row) => {
      const lines = after.lines.filter(
        (line) => line.name.replace(/_(bucket|sum|count)$/, '') === name || line.name === name,
      );
      expect(lines).not.toEqual([]);
      for (const { labels } of lines) {
        const { le, ...others } = labels;
        expect(Object.keys(others)).toEqual(Object.keys(row.labels));
        const foreign = Object.entries(row.labels).filter(
          ([label, allowed]) => allowed.length > 0 && !allowed.includes(others[label] ?? ''),
        );
        expect(foreign).toEqual([]);
        expect(le === undefined || row.kind === 'histogram').toBe(true);
      }
    },
  );

  test('counts posts and lookups that went to PostgreSQL together', () => {
    expect(after.value('veche_storage_batch_size_sum', { batch: 'posts' })).toBe(after.value('veche_posts_total'));
    expect(after.value('veche_storage_batch_size_sum', { batch: 'session-lookups' })).toBe(
      after.value('veche_storage_operations_total', { operation: 'authenticate' }),
    );
  });
});

/** Somebody on each API, who post, read, wait, stream and are refused. */
async function useEverything({ client, port }: TestApp): Promise<void> {
  const anna = await Person.enter(client);
  const boris = await HttpPerson.enter(port, 'Борис');
  const { id: chatId } = await anna.openChat();
  await anna.post(chatId, 'Раз');
  await boris.post(chatId, 'Два');
  const stream = anna.stream(MessageService.method.subscribe, { chatId, afterSeq: 0n });
  await stream.next();
  const events = await openEvents(port, boris, chatId, { query: '?afterSeq=0' });
  await events.seqsUntil(2);
  const waiting = anna.call(MessageService.method.fetchUnread, { chatId, ackSeq: 2n, wait: LONG_WAIT });
  await scraped(port, (scrape) => scrape.value('veche_open_waits', { api: 'grpc' }) === 1);
  await boris.post(chatId, 'Три');
  await waiting;
  stream.cancel();
  events.response.destroy();
  await fetch(`http://127.0.0.1:${port}/nowhere`);
  await failure(anna.post('nowhere', ''));
}

describe('calls', () => {
  test('are counted by API, method and what they came to, and timed by API and method', async () => {
    const app = await own();
    const anna = await Person.enter(app.client);
    const boris = await HttpPerson.enter(app.port);
    const { id: chatId } = await anna.openChat({ readOnly: true });
    await anna.post(chatId, 'Слово');
    await Http.postMessage({ client: boris.client, path: { chatId }, body: { text: 'Слово' } });
    const after = await scrape(app.port);
    const post = { method: 'PostMessage' };
    expect(after.value('veche_calls_total', { ...post, api: 'grpc', code: 'OK' })).toBe(1);
    expect(after.value('veche_calls_total', { ...post, api: 'http', code: 'CHAT_READ_ONLY' })).toBe(1);
    expect(after.value('veche_calls_total', post)).toBe(2);
    expect(after.value('veche_call_duration_seconds_count', { ...post, api: 'http' })).toBe(1);
    expect(after.value('veche_refusals_total')).toBe(1);
    expect(after.value('veche_refusals_total', { api: 'http', code: 'CHAT_READ_ONLY' })).toBe(1);
    expect(after.value('veche_posts_total')).toBe(1);
  });

  test('that wait are open while they do, and are timed apart', async () => {
    const app = await own();
    const anna = await Person.enter(app.client);
    const boris = await HttpPerson.enter(app.port);
    const { id: chatId } = await anna.openChat();
    const path = { chatId };
    const waiting = Http.fetchUnread({ client: boris.client, path, body: { ackSeq: 0, wait: '30s' } });
    await scraped(app.port, (now) => now.value('veche_open_waits', { api: 'http' }) === 1);
    await anna.post(chatId, 'Слово');
    expect(await waiting).toHaveProperty('data.messages.length', 1);
    const after = await scrape(app.port);
    expect(after.value('veche_open_waits', { api: 'http' })).toBe(0);
    expect(after.value('veche_waiting_call_duration_seconds_count', { api: 'http' })).toBe(1);
    expect(after.value('veche_call_duration_seconds_count', { method: 'FetchUnread' })).toBeUndefined();
    expect(after.value('veche_calls_total', { method: 'FetchUnread', code: 'OK' })).toBe(1);
  });

  test('of callers who have gone are no refusals', async () => {
    const app = await own();
    const anna = await Person.enter(app.client);
    const { id: chatId } = await anna.openChat();
    const gone = new AbortController();
    const wait = { chatId, ackSeq: 0n, wait: LONG_WAIT };
    const options = { token: anna.token, signal: gone.signal };
    const waiting = failure(app.client.call(MessageService.method.fetchUnread, wait, options));
    await scraped(app.port, (now) => now.value('veche_open_waits', { api: 'grpc' }) === 1);
    gone.abort();
    await waiting;
    const cancelled = { method: 'FetchUnread', code: 'CANCELLED' };
    const after = await scraped(app.port, (now) => now.value('veche_calls_total', cancelled) === 1);
    expect(after.value('veche_refusals_total')).toBe(0);
  });
});

describe('refusals of requests that come to no call', () => {
  test.each([
    ['ROUTE_NOT_FOUND', 'GET /nowhere HTTP/1.1\r\nhost: a\r\n'],
    ['METHOD_NOT_ALLOWED', 'DELETE /healthz HTTP/1.1\r\nhost: a\r\n'],
    [
      'UNSUPPORTED_MEDIA_TYPE',
      'POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n',
    ],
    [
      'TOO_LARGE',
      'POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9999999\r\n',
    ],
    ['HEADERS_TOO_LARGE', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(17_000)}\r\n`],
    ['INVALID_ARGUMENT', 'no HTTP at all\r\n'],
  ])('are counted by name: %s', async (code, head) => {
    const app = await own();
    const socket = connect({ port: app.port, host: '127.0.0.1' }).resume();
    socket.on('error', () => {});
    socket.write(`${head}connection: close\r\n\r\n`);
    await once(socket, 'data');
    socket.destroy();
    const after = await scrape(app.port);
    expect(after.value('veche_refusals_total')).toBe(1);
    expect(after.value('veche_refusals_total', { api: 'http', code })).toBe(1);
    expect(after.value('veche_calls_total')).toBeUndefined();
  });
});

describe('streams', () => {
  test('are open until they end, for the reason that is counted, and count what they hand over', async () => {
    const app = await own();
    const anna = await Person.enter(app.client);
    const boris = await HttpPerson.enter(app.port, 'Борис');
    const { id: chatId } = await anna.openChat();
    await anna.post(chatId, 'Раз');
    const stream = anna.stream(MessageService.method.subscribe, { chatId, afterSeq: 0n });
    await stream.next();
    const leaving = await openEvents(app.port, boris, chatId, { query: '?afterSeq=0' });
    const events = await openEvents(app.port, boris, chatId, { query: '?afterSeq=0' });
    await Promise.all([leaving.seqsUntil(1), events.seqsUntil(1)]);
    await anna.post(chatId, 'Два');
    await Promise.all([leaving.seqsUntil(2), events.seqsUntil(2)]);

    const open = await scrape(app.port);
    expect(open.value('veche_open_streams', { api: 'grpc' })).toBe(1);
    expect(open.value('veche_open_streams', { api: 'http' })).toBe(2);
    expect(open.value('veche_deliveries_total', { api: 'http' })).toBe(4);

    leaving.response.destroy();
    const gone = { api: 'http', reason: 'READER_GONE' };
    await scraped(app.port, (now) => now.value('veche_streams_ended_total', gone) === 1);
    await anna.call(ChatService.method.closeChat, { chatId });
    await stream.rest();
    const after = await scrape(app.port);
    expect(after.value('veche_open_streams')).toBe(0);
    expect(after.value('veche_streams_ended_total', { reason: 'CHAT_CLOSED' })).toBe(2);
    expect(after.value('veche_streams_ended_total')).toBe(3);
  });
});

describe('connections', () => {
  test('are counted by protocol while they are open, and ever', async () => {
    const app = await own();
    const [first, second] = [app.connect(), app.connect()];
    await Person.enter(first);
    await Person.enter(second);
    const open = await scrape(app.port);
    expect(open.value('veche_connections', { protocol: 'http/2' })).toBe(2);
    expect(open.value('veche_connections', { protocol: 'http/1.1' })).toBeGreaterThan(0);
    first.close();
    const after = await scraped(app.port, (now) => now.value('veche_connections', { protocol: 'http/2' }) === 1);
    expect(after.value('veche_connections_opened_total', { protocol: 'http/2' })).toBe(2);
  });
});

describe('the figures of the whole server', () => {
  test('are those of GetStats, beside the limits in force', async () => {
    const app = await own({ limits: { maxUsers: 7, maxChats: 0 } });
    const anna = await Person.enter(app.client);
    await anna.post((await anna.openChat()).id, 'Слово');
    const after = await scrape(app.port);
    const names = ['users', 'chats', 'messages', 'messages_last_hour', 'max_users', 'max_chats', 'ready'];
    expect(names.map((name) => after.value(`veche_${name}`))).toEqual([1, 1, 1, 1, 7, 0, 1]);
  });

  test.each([
    ['fails', () => Promise.reject(new StorageUnavailableError('away'))],
    ['hangs', () => new Promise<never>(() => {})],
  ])('are absent where the storage %s, and all else is there', async (_how, trouble) => {
    let isAway = false;
    const storage = disturbed(openMemoryStorage(), {
      before: (operation) => (isAway && operation === 'getStats' ? trouble() : undefined),
    });
    const app = await own({ storage });
    expect((await scrape(app.port)).value('veche_users')).toBe(0);
    isAway = true;
    const after = await scrape(app.port);
    for (const name of ['users', 'chats', 'messages', 'messages_last_hour']) {
      expect(after.value(`veche_${name}`)).toBeUndefined();
    }
    expect(after.value('veche_max_users')).toBeGreaterThan(0);
    isAway = false;
    expect((await scrape(app.port)).value('veche_users')).toBe(0);
  });
});

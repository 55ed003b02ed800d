import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as Http from '../src/gen/http/index.ts';
import { HttpPerson, httpClient } from './support/http-person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const TTL_MS = 30 * 60_000;

let app: TestApp;
let anna: HttpPerson;
let boris: HttpPerson;

beforeAll(async () => {
  app = await startTestApp();
  anna = await HttpPerson.enter(app.port, 'Анна');
  boris = await HttpPerson.enter(app.port, 'Борис');
});

afterAll(() => app.close());

/** A chat of Anna's with three messages. */
async function chatWithThree(): Promise<string> {
  const { id } = await anna.openChat();
  for (const text of ['раз', 'два', 'три']) await anna.post(id, text);
  return id;
}

describe('sessions', () => {
  test('createSession answers 201 with the session and its token', async () => {
    const client = httpClient(app.port);
    const { data, response } = await Http.createSession({ client, body: { displayName: '  Анна   К. ' } });
    expect(response?.status).toBe(201);
    expect(response?.headers.get('content-type')).toBe('application/json');
    expect(response?.headers.get('cache-control')).toBe('no-store');
    expect(response?.headers.get('x-content-type-options')).toBe('nosniff');
    const { session, token } = data!;
    expect(session).toEqual({
      userId: expect.stringMatching(UUID),
      displayName: 'Анна К.',
      createdAt: expect.stringMatching(TIME),
      expiresAt: expect.stringMatching(TIME),
    });
    expect(Date.parse(session.expiresAt!) - Date.parse(session.createdAt)).toBe(TTL_MS);
    expect(token).not.toContain(session.userId);
  });

  test('getSession answers 200 with the session of the token', async () => {
    const { client, session } = await HttpPerson.enter(app.port);
    const { data, response } = await Http.getSession({ client });
    expect(response?.status).toBe(200);
    expect(data).toEqual({ session });
  });

  test('a session with an open chat without a lifetime has no known end', async () => {
    const person = await HttpPerson.enter(app.port);
    await person.openChat();
    const { data } = await Http.getSession({ client: person.client });
    expect(data?.session).not.toHaveProperty('expiresAt');
  });

  test('endSession answers 204 and makes the token worthless', async () => {
    const { client } = await HttpPerson.enter(app.port);
    const { response } = await Http.endSession({ client });
    expect(response?.status).toBe(204);
    expect(await response?.text()).toBe('');
    const { error, response: refused } = await Http.getSession({ client });
    expect(error).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(refused?.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('endSession is refused while there are open chats, unless it closes them', async () => {
    const { client } = await HttpPerson.enter(app.port);
    const { data } = await Http.createChat({ client });
    const chatId = data!.chat.id;
    const { error } = await Http.endSession({ client });
    expect(error).toMatchObject({ status: 409, code: 'SESSION_HAS_OPEN_CHATS' });
    const { response } = await Http.endSession({ client, query: { closeChats: true } });
    expect(response?.status).toBe(204);
    expect((await Http.getChat({ client: anna.client, path: { chatId } })).error?.code).toBe('CHAT_NOT_FOUND');
  });
});

describe('chats', () => {
  test('createChat answers 201 with the chat as it was asked for', async () => {
    const body = { title: 'Вече', maxMessages: 10, readOnly: true, ttl: '1.500s', unlisted: true };
    const { data, response } = await Http.createChat({ client: anna.client, body });
    expect(response?.status).toBe(201);
    expect(data?.chat).toEqual({
      ...body,
      id: expect.stringMatching(UUID),
      creator: anna.user,
      createdAt: expect.stringMatching(TIME),
      expiresAt: expect.stringMatching(TIME),
      messageCount: 0,
      activeUsers: { count: 0, users: [] },
    });
    expect(Date.parse(data!.chat.expiresAt!) - Date.parse(data!.chat.createdAt)).toBe(1500);
  });

  test('createChat without a body has the defaults, and no lifetime', async () => {
    const { data } = await Http.createChat({ client: anna.client });
    expect(data?.chat).toMatchObject({ title: '', maxMessages: 1000, readOnly: false, unlisted: false });
    expect(data?.chat).not.toHaveProperty('ttl');
    expect(data?.chat).not.toHaveProperty('expiresAt');
    expect(data?.chat).not.toHaveProperty('lastMessageAt');
  });

  test('getChat shows what happened in the chat', async () => {
    const { id } = await anna.openChat();
    const { sentAt } = await anna.post(id, 'Слово');
    const { data } = await Http.getChat({ client: boris.client, path: { chatId: id.toUpperCase() } });
    expect(data?.chat).toMatchObject({
      id,
      messageCount: 1,
      lastMessageAt: sentAt,
      activeUsers: { count: 1, users: [{ ...anna.user, lastActiveAt: expect.stringMatching(TIME) }] },
    });
  });

  test('listChats shows the newest first, in pages, and no unlisted ones', async () => {
    const first = await anna.openChat();
    await anna.openChat({ unlisted: true });
    const second = await anna.openChat();
    const { client } = boris;
    const { data: page } = await Http.listChats({ client, query: { pageSize: 1 } });
    expect(page?.chats).toEqual([second]);
    const { data: next } = await Http.listChats({ client, query: { pageSize: 1, pageToken: page!.nextPageToken! } });
    expect(next?.chats).toEqual([first]);
  });

  test('closeChat answers 204 and makes the chat gone, for its creator only', async () => {
    const path = { chatId: (await anna.openChat()).id };
    const { error } = await Http.closeChat({ client: boris.client, path });
    expect(error).toMatchObject({ status: 403, code: 'NOT_CHAT_CREATOR' });
    expect((await Http.closeChat({ client: anna.client, path })).response?.status).toBe(204);
    expect((await Http.getChat({ client: anna.client, path })).error?.code).toBe('CHAT_NOT_FOUND');
  });
});

describe('messages', () => {
  test('postMessage answers 201 with the message as stored', async () => {
    const path = { chatId: (await anna.openChat()).id };
    const { data, response } = await Http.postMessage({ client: anna.client, path, body: { text: ' Слово 👋\n' } });
    expect(response?.status).toBe(201);
    expect(data?.message).toEqual({
      id: expect.stringMatching(UUID),
      chatId: path.chatId,
      seq: 1,
      author: anna.user,
      text: ' Слово 👋\n',
      sentAt: expect.stringMatching(TIME),
    });
  });

  test('postMessage repeated with the same clientMessageId answers 201 with the first message', async () => {
    const call = { client: anna.client, path: { chatId: (await anna.openChat()).id } };
    const first = await Http.postMessage({ ...call, body: { text: 'Слово', clientMessageId: 'a' } });
    const again = await Http.postMessage({ ...call, body: { text: 'Слово', clientMessageId: 'a' } });
    expect(again.response?.status).toBe(201);
    expect(again.data).toEqual(first.data);
    const { error } = await Http.postMessage({ ...call, body: { text: 'Другое', clientMessageId: 'a' } });
    expect(error).toMatchObject({ status: 409, code: 'MESSAGE_ID_CONFLICT' });
    expect(error?.detail).toContain('clientMessageId');
  });

  test('postMessage in a read-only chat is for its creator', async () => {
    const path = { chatId: (await anna.openChat({ readOnly: true })).id };
    await anna.post(path.chatId, 'Слово');
    const { error } = await Http.postMessage({ client: boris.client, path, body: { text: 'Слово' } });
    expect(error).toMatchObject({ status: 403, code: 'CHAT_READ_ONLY' });
  });

  test('listMessages lists in pages, in either order, and moves the position unless told not to', async () => {
    const call = { client: boris.client, path: { chatId: await chatWithThree() } };
    const backwards = { order: 'NEWEST_FIRST', markRead: false } as const;
    const { data: newest } = await Http.listMessages({ ...call, query: { ...backwards, pageSize: 2 } });
    expect(newest?.messages.map(({ text }) => text)).toEqual(['три', 'два']);
    expect(newest).not.toHaveProperty('position');
    const pageToken = newest!.nextPageToken!;
    const { data: rest } = await Http.listMessages({ ...call, query: { ...backwards, pageToken } });
    expect(rest?.messages.map(({ text }) => text)).toEqual(['раз']);
    expect(rest).not.toHaveProperty('nextPageToken');
    const { data: oldest } = await Http.listMessages({ ...call, query: { pageSize: 2 } });
    expect(oldest?.messages.map(({ text }) => text)).toEqual(['раз', 'два']);
    expect(oldest).toMatchObject({ missed: 0, position: 2 });
  });

  test('headMessages answers as listMessages without a body, and moves nothing whatever it is told', async () => {
    const call = { client: boris.client, path: { chatId: await chatWithThree() } };
    const { response } = await Http.headMessages({ ...call, query: { markRead: true } });
    expect(response?.status).toBe(200);
    expect(await response?.text()).toBe('');
    const { data } = await Http.listMessages({ ...call, query: { markRead: false } });
    expect(data).not.toHaveProperty('position');
  });

  test('fetchUnread returns all since the last request, or what follows an acknowledged seq', async () => {
    const call = { client: boris.client, path: { chatId: await chatWithThree() } };
    const { data: safe } = await Http.fetchUnread({ ...call, body: { ackSeq: 0, limit: 2 } });
    expect(safe).toMatchObject({ hasMore: true, position: 0, missed: 0 });
    expect(safe?.messages.map(({ seq }) => seq)).toEqual([1, 2]);
    const { data: plain } = await Http.fetchUnread(call);
    expect(plain?.messages).toHaveLength(3);
    const { data: nothing, response } = await Http.fetchUnread(call);
    expect(response?.status).toBe(200);
    expect(nothing).toEqual({ messages: [], hasMore: false, position: 3, missed: 0 });
  });

  test('fetchUnread waits until something is unread', async () => {
    const { id: chatId } = await anna.openChat();
    const waiting = Http.fetchUnread({ client: boris.client, path: { chatId }, body: { wait: '10s' } });
    await anna.post(chatId, 'Слово');
    expect((await waiting).data?.messages.map(({ text }) => text)).toEqual(['Слово']);
  });

  test('markRead moves the position and counts what is left', async () => {
    const call = { client: boris.client, path: { chatId: await chatWithThree() } };
    expect((await Http.markRead({ ...call, body: { seq: 1 } })).data).toEqual({ position: 1, unread: 2 });
    expect((await Http.markRead({ ...call, body: { seq: 0 } })).data).toEqual({ position: 1, unread: 2 });
  });

  test('listUnreadCounts counts in every chat with a position, most recent chats first', async () => {
    const { client } = await HttpPerson.enter(app.port);
    const first = (await Http.createChat({ client })).data!.chat.id;
    const second = (await Http.createChat({ client, body: { maxMessages: 1 } })).data!.chat.id;
    for (const text of ['раз', 'два', 'три']) await boris.post(second, text);
    const { data: page } = await Http.listUnreadCounts({ client, query: { pageSize: 1 } });
    expect(page?.counts).toEqual([{ chatId: second, position: 0, lastSeq: 3, unread: 1, missed: 2 }]);
    const { data: next } = await Http.listUnreadCounts({ client, query: { pageToken: page!.nextPageToken! } });
    expect(next).toEqual({ counts: [{ chatId: first, position: 0, lastSeq: 0, unread: 0, missed: 0 }] });
  });
});

test('getStats needs no session and tells the limits in force', async () => {
  const own = await startTestApp({ limits: { maxUsers: 7, maxChatTtlMs: 1500 } });
  const person = await HttpPerson.enter(own.port);
  const { id } = await person.openChat();
  await person.post(id, 'Слово');
  const { data } = await Http.getStats({ client: httpClient(own.port) });
  expect(data).toEqual({
    users: 1,
    chats: 1,
    messages: 1,
    messagesLastHour: 1,
    limits: {
      maxUsers: 7,
      maxChats: 1000,
      maxChatsPerUser: 0,
      maxChatSize: 1000,
      sessionTtl: '1800s',
      maxChatTtl: '1.500s',
      maxMessageLength: 4096,
      maxStreamsPerSession: 100,
    },
  });
  await own.close();
});

describe('HEAD is answered wherever GET is, without a body', () => {
  test.each(['/v1/session', '/v1/chats', '/v1/unread', '/v1/stats', '/healthz', '/readyz'])('%s', async (path) => {
    const headers = { authorization: `Bearer ${anna.token}` };
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => fetch(`http://127.0.0.1:${app.port}${path}`, { method, headers })),
    );
    expect(head?.status).toBe(200);
    expect(get?.status).toBe(200);
    expect(await head?.text()).toBe('');
  });
});

describe('health', () => {
  test('getHealth and getReadiness say that the server serves', async () => {
    const client = httpClient(app.port);
    expect((await Http.getHealth({ client })).data).toEqual({ status: 'SERVING' });
    expect((await Http.getReadiness({ client })).data).toEqual({ status: 'SERVING' });
  });

  test('before it stops, a server that still serves is alive and not ready', async () => {
    const own = await startTestApp({ config: { drainDelayMs: 1_000 } });
    const client = httpClient(own.port);
    const stopping = own.stop();
    const { error } = await Http.getReadiness({ client });
    expect(error).toMatchObject({ status: 503, code: 'SHUTTING_DOWN' });
    expect((await Http.getHealth({ client })).data).toEqual({ status: 'SERVING' });
    expect(await stopping).toBe(true);
    await own.close();
  });
});

import { timestampMs } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatService } from '../src/gen/veche/v1/chat_pb.js';
import { MessageOrder, MessageService } from '../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../src/gen/veche/v1/session_pb.js';
import { StatsService } from '../src/gen/veche/v1/stats_pb.js';
import { METHODS } from '../src/service/calls.ts';
import { failure } from './support/grpc-error.ts';
import { Person } from './support/person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TTL_MS = 30 * 60_000;

const { createSession, getSession, endSession } = SessionService.method;
const { createChat, listChats, getChat, closeChat } = ChatService.method;
const { postMessage, listMessages, fetchUnread, markRead, listUnreadCounts } = MessageService.method;

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.close());

test('every method of the contract has its name in the list of methods, and no other', () => {
  const contract = [SessionService, ChatService, MessageService, StatsService].flatMap(({ methods }) => methods);
  expect(contract.map(({ name }) => name).toSorted()).toEqual(METHODS.toSorted());
});

describe('SessionService', () => {
  test('CreateSession answers with the session and its token', async () => {
    const { session, token } = await app.client.call(createSession, { displayName: '  Анна   К. ' });
    expect(session).toMatchObject({ userId: expect.stringMatching(UUID), displayName: 'Анна К.' });
    expect(timestampMs(session!.expiresAt!) - timestampMs(session!.createdAt!)).toBe(TTL_MS);
    expect(token).not.toContain(session!.userId);
  });

  test('GetSession answers with the session of the token', async () => {
    const { session, token } = await app.client.call(createSession, { displayName: 'Анна' });
    expect(await app.client.call(getSession, {}, { token })).toMatchObject({ session });
  });

  test('a session with an open chat without a lifetime has no known end', async () => {
    const anna = await Person.enter(app.client);
    await anna.openChat();
    const { session } = await anna.call(getSession, {});
    expect(session!.expiresAt).toBeUndefined();
  });

  test('EndSession makes the token worthless', async () => {
    const anna = await Person.enter(app.client);
    await anna.call(endSession, {});
    expect(await failure(anna.call(getSession, {}))).toMatchObject({ reason: 'UNAUTHENTICATED' });
  });

  test('EndSession is refused while there are open chats, unless it closes them', async () => {
    const anna = await Person.enter(app.client);
    const boris = await Person.enter(app.client, 'Борис');
    const chat = await anna.openChat();
    const error = await failure(anna.call(endSession, {}));
    expect(error).toMatchObject({ grpcCode: 'FAILED_PRECONDITION', reason: 'SESSION_HAS_OPEN_CHATS' });
    await anna.call(endSession, { closeChats: true });
    expect(await failure(boris.call(getChat, { chatId: chat.id }))).toMatchObject({ reason: 'CHAT_NOT_FOUND' });
  });
});

describe('ChatService', () => {
  test('CreateChat answers with the chat as it was asked for', async () => {
    const anna = await Person.enter(app.client);
    const { chat } = await anna.call(createChat, {
      title: 'Вече',
      maxMessages: 10n,
      readOnly: true,
      ttl: { seconds: 1n, nanos: 500_000_000 },
      unlisted: true,
    });
    expect(chat).toMatchObject({
      id: expect.stringMatching(UUID),
      title: 'Вече',
      creator: { userId: anna.userId, displayName: anna.displayName },
      maxMessages: 10n,
      readOnly: true,
      unlisted: true,
      ttl: { seconds: 1n, nanos: 500_000_000 },
      messageCount: 0n,
      activeUsers: { count: 0n, users: [] },
    });
    expect(timestampMs(chat!.expiresAt!) - timestampMs(chat!.createdAt!)).toBe(1500);
    expect(chat!.lastMessageAt).toBeUndefined();
  });

  test('CreateChat without a request has the defaults, and no lifetime', async () => {
    const anna = await Person.enter(app.client);
    const chat = await anna.openChat();
    expect(chat).toMatchObject({ title: '', maxMessages: 1000n, readOnly: false, unlisted: false });
    expect(chat.ttl).toBeUndefined();
    expect(chat.expiresAt).toBeUndefined();
  });

  test('GetChat shows what happened in the chat', async () => {
    const anna = await Person.enter(app.client);
    const { id } = await anna.openChat();
    const message = await anna.post(id, 'Слово');
    const { chat } = await anna.call(getChat, { chatId: id.toUpperCase() });
    expect(chat).toMatchObject({
      id,
      messageCount: 1n,
      lastMessageAt: message.sentAt,
      activeUsers: { count: 1n, users: [{ userId: anna.userId, displayName: anna.displayName }] },
    });
  });

  test('ListChats shows the newest first, in pages, and no unlisted ones', async () => {
    const anna = await Person.enter(app.client);
    const first = await anna.openChat();
    await anna.openChat({ unlisted: true });
    const second = await anna.openChat();
    const page = await anna.call(listChats, { pageSize: 1 });
    expect(page.chats.map(({ id }) => id)).toEqual([second.id]);
    const next = await anna.call(listChats, { pageSize: 1, pageToken: page.nextPageToken });
    expect(next.chats.map(({ id }) => id)).toEqual([first.id]);
  });

  test('CloseChat makes the chat gone, for its creator only', async () => {
    const anna = await Person.enter(app.client);
    const boris = await Person.enter(app.client, 'Борис');
    const { id: chatId } = await anna.openChat();
    const error = await failure(boris.call(closeChat, { chatId }));
    expect(error).toMatchObject({ grpcCode: 'PERMISSION_DENIED', reason: 'NOT_CHAT_CREATOR' });
    await anna.call(closeChat, { chatId });
    expect(await failure(anna.call(getChat, { chatId }))).toMatchObject({ grpcCode: 'NOT_FOUND' });
  });
});

describe('MessageService', () => {
  test('PostMessage answers with the message as stored', async () => {
    const anna = await Person.enter(app.client);
    const { id: chatId } = await anna.openChat();
    const message = await anna.post(chatId, ' Слово 👋\n');
    expect(message).toMatchObject({
      id: expect.stringMatching(UUID),
      chatId,
      seq: 1n,
      author: { userId: anna.userId, displayName: anna.displayName },
      text: ' Слово 👋\n',
    });
    expect(message.sentAt).toBeDefined();
  });

  test('PostMessage repeated with the same client_message_id returns the first message', async () => {
    const anna = await Person.enter(app.client);
    const { id: chatId } = await anna.openChat();
    const request = { chatId, text: 'Слово', clientMessageId: 'a' };
    const first = await anna.call(postMessage, request);
    expect(await anna.call(postMessage, request)).toEqual(first);
    const error = await failure(anna.call(postMessage, { ...request, text: 'Другое' }));
    expect(error).toMatchObject({ grpcCode: 'ALREADY_EXISTS', reason: 'MESSAGE_ID_CONFLICT' });
  });

  test('PostMessage in a read-only chat is for its creator', async () => {
    const anna = await Person.enter(app.client);
    const boris = await Person.enter(app.client, 'Борис');
    const { id } = await anna.openChat({ readOnly: true });
    await anna.post(id, 'Слово');
    expect(await failure(boris.post(id, 'Слово'))).toMatchObject({ reason: 'CHAT_READ_ONLY' });
  });

  test('ListMessages lists in pages, in either order, and moves the position unless told not to', async () => {
    const anna = await Person.enter(app.client);
    const boris = await Person.enter(app.client, 'Борис');
    const { id: chatId } = await anna.openChat();
    for (const text of ['раз', 'два', 'три']) await anna.post(chatId, text);

    const newest = await boris.call(listMessages, {
      chatId,
      pageSize: 2,
      order: MessageOrder.NEWEST_FIRST,
      markRead: false,
    });
    expect(newest.messages.map(({ text }) => text)).toEqual(['три', 'два']);
    expect(newest.position).toBeUndefined();
    const rest = await boris.call(listMessages, {
      chatId,
      order: MessageOrder.NEWEST_FIRST,
      pageToken: newest.nextPageToken,
      markRead: false,
    });
    expect(rest.messages.map(({ text }) => text)).toEqual(['раз']);
    expect(rest.nextPageToken).toBe('');

    const oldest = await boris.call(listMessages, { chatId, pageSize: 2 });
    expect(oldest.messages.map(({ text }) => text)).toEqual(['раз', 'два']);
    expect(oldest).toMatchObject({ missed: 0n, position: 2n });
  });

  test('FetchUnread returns all since the last request, or what follows an acknowledged seq', async () => {
    const anna = await Person.enter(app.client);
    const boris = await Person.enter(app.client, 'Борис');
    const { id: chatId } = await anna.openChat();
    for (const text of ['раз', 'два', 'три']) await anna.post(chatId, text);

    const safe = await boris.call(fetchUnread, { chatId, ackSeq: 0n, limit: 2 });
    expect(safe).toMatchObject({ hasMore: true, position: 0n, missed: 0n });
    expect(safe.messages.map(({ seq }) => seq)).toEqual([1n, 2n]);
    const plain = await boris.call(fetchUnread, { chatId });
    expect(plain).toMatchObject({ hasMore: false, position: 3n });
    expect(plain.messages).toHaveLength(3);
    expect((await boris.call(fetchUnread, { chatId })).messages).toEqual([]);
  });

  test('FetchUnread waits until something is unread', async () => {
    const anna = await Person.enter(app.client);
    const boris = await Person.enter(app.client, 'Борис');
    const { id: chatId } = await anna.openChat();
    const waiting = boris.call(fetchUnread, { chatId, wait: { seconds: 10n } });
    await anna.post(chatId, 'Слово');
    expect((await waiting).messages.map(({ text }) => text)).toEqual(['Слово']);
  });

  test('MarkRead moves the position and counts what is left', async () => {
    const anna = await Person.enter(app.client);
    const boris = await Person.enter(app.client, 'Борис');
    const { id: chatId } = await anna.openChat();
    for (const text of ['раз', 'два', 'три']) await anna.post(chatId, text);
    expect(await boris.call(markRead, { chatId, seq: 1n })).toMatchObject({ position: 1n, unread: 2n });
    expect(await boris.call(markRead, { chatId, seq: 0n })).toMatchObject({ position: 1n, unread: 2n });
  });

  test('ListUnreadCounts counts in every chat with a position, most recent chats first', async () => {
    const anna = await Person.enter(app.client);
    const first = await anna.openChat();
    const second = await anna.openChat({ maxMessages: 1n });
    const boris = await Person.enter(app.client, 'Борис');
    for (const text of ['раз', 'два', 'три']) await boris.post(second.id, text);

    const page = await anna.call(listUnreadCounts, { pageSize: 1 });
    expect(page.counts).toMatchObject([{ chatId: second.id, position: 0n, lastSeq: 3n, unread: 1n, missed: 2n }]);
    const next = await anna.call(listUnreadCounts, { pageToken: page.nextPageToken });
    expect(next.counts).toMatchObject([{ chatId: first.id, position: 0n, lastSeq: 0n, unread: 0n, missed: 0n }]);
    expect(next.nextPageToken).toBe('');
  });
});

test('FetchUnread that waits when the server goes away gets the empty answer', async () => {
  const own = await startTestApp();
  const anna = await Person.enter(own.client);
  const { id: chatId } = await anna.openChat();
  const waiting = anna.call(fetchUnread, { chatId, wait: { seconds: 30n } });
  // What is answered on the same connection afterwards was sent after it.
  await anna.call(getSession, {});
  expect(await own.stop()).toBe(true);
  expect(await waiting).toMatchObject({ messages: [], hasMore: false, position: 0n, missed: 0n });
  expect(own.logLines).not.toContainEqual(expect.stringContaining('cutting'));
  await own.close();
});

test('GetStats needs no session and tells the limits in force', async () => {
  const own = await startTestApp({ limits: { maxUsers: 7, maxChatTtlMs: 1500 } });
  const anna = await Person.enter(own.client);
  const { id } = await anna.openChat();
  await anna.post(id, 'Слово');
  expect(await own.client.call(StatsService.method.getStats, {})).toMatchObject({
    users: 1n,
    chats: 1n,
    messages: 1n,
    messagesLastHour: 1n,
    limits: {
      maxUsers: 7n,
      maxChats: 1000n,
      maxChatsPerUser: 0n,
      maxChatSize: 1000n,
      sessionTtl: { seconds: 1800n, nanos: 0 },
      maxChatTtl: { seconds: 1n, nanos: 500_000_000 },
      maxMessageLength: 4096n,
      maxStreamsPerSession: 100n,
    },
  });
  await own.close();
});

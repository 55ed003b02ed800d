import type { DescMessage, DescMethod, MessageInitShape } from '@bufbuild/protobuf';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatService } from '../src/gen/veche/v1/chat_pb.js';
import { MessageOrder, MessageService } from '../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../src/gen/veche/v1/session_pb.js';
import { StatsService, type GetStatsResponse } from '../src/gen/veche/v1/stats_pb.js';
import { withOtherWireType } from './support/bad-bytes.ts';
import {
  BAD_CLIENT_MESSAGE_IDS,
  BAD_DISPLAY_NAMES,
  BAD_MAX_MESSAGES,
  BAD_ORDERS,
  BAD_PAGE_SIZES,
  BAD_PAGE_TOKENS,
  BAD_SEQS,
  BAD_TEXTS,
  BAD_TITLES,
  BAD_TTLS,
  BAD_UUIDS,
  BAD_WAITS,
} from './support/bad-values.ts';
import { failure, type GrpcError } from './support/grpc-error.ts';
import { Person } from './support/person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const { createSession } = SessionService.method;
const { createChat, listChats, getChat, closeChat } = ChatService.method;
const { postMessage, listMessages, fetchUnread, markRead, listUnreadCounts, subscribe } = MessageService.method;

let app: TestApp;
let anna: Person;
/** An open chat with no message. */
let chatId: string;
let statsBefore: GetStatsResponse;

beforeAll(async () => {
  app = await startTestApp();
  anna = await Person.enter(app.client);
  chatId = (await anna.openChat()).id;
  statsBefore = await app.client.call(StatsService.method.getStats, {});
});

afterAll(() => app.close());

/** The refusal of a request that is fine but for these fields. */
function refusalOf(method: DescMethod, request: Readonly<Record<string, unknown>>): Promise<GrpcError> {
  const good: Record<string, unknown> = method.input.field['chatId'] === undefined ? {} : { chatId };
  if (method === postMessage) good['text'] = 'Слово';
  if (method === markRead) good['seq'] = 0n;
  return refusalOfBytes(method, encoded(method, { ...good, ...request }));
}

function encoded({ input }: DescMethod, request: Readonly<Record<string, unknown>>): Uint8Array {
  return toBinary(input, create(input, request as MessageInitShape<DescMessage>));
}

function refusalOfBytes(method: DescMethod, bytes: Uint8Array): Promise<GrpcError> {
  const options = { token: anna.token };
  return method.methodKind === 'server_streaming'
    ? failure(app.client.streamRaw(method, bytes, options).next())
    : failure(app.client.callRaw(method, bytes, options));
}

/** Every field of every method that a value can be wrong for. */
const FIELDS: readonly (readonly [DescMethod, field: string, values: Readonly<Record<string, unknown>>])[] = [
  [createSession, 'display_name', BAD_DISPLAY_NAMES],
  [createChat, 'title', BAD_TITLES],
  [createChat, 'max_messages', BAD_MAX_MESSAGES],
  [createChat, 'ttl', BAD_TTLS],
  [listChats, 'page_size', BAD_PAGE_SIZES],
  [listChats, 'page_token', BAD_PAGE_TOKENS],
  [getChat, 'chat_id', BAD_UUIDS],
  [closeChat, 'chat_id', BAD_UUIDS],
  [postMessage, 'chat_id', BAD_UUIDS],
  [postMessage, 'text', BAD_TEXTS],
  [postMessage, 'client_message_id', BAD_CLIENT_MESSAGE_IDS],
  [listMessages, 'chat_id', BAD_UUIDS],
  [listMessages, 'page_size', BAD_PAGE_SIZES],
  [listMessages, 'page_token', BAD_PAGE_TOKENS],
  [listMessages, 'order', BAD_ORDERS],
  [fetchUnread, 'chat_id', BAD_UUIDS],
  [fetchUnread, 'ack_seq', BAD_SEQS],
  [fetchUnread, 'limit', BAD_PAGE_SIZES],
  [fetchUnread, 'wait', BAD_WAITS],
  [markRead, 'chat_id', BAD_UUIDS],
  [markRead, 'seq', { ...BAD_SEQS, missing: undefined }],
  [listUnreadCounts, 'page_size', BAD_PAGE_SIZES],
  [listUnreadCounts, 'page_token', BAD_PAGE_TOKENS],
  [subscribe, 'chat_id', BAD_UUIDS],
  [subscribe, 'after_seq', BAD_SEQS],
];

const CASES = FIELDS.flatMap(([method, field, values]) =>
  Object.entries(values).map(([kind, value]) => ({ title: `${method.name}: ${field} ${kind}`, method, field, value })),
);

describe('a field with a value that is not allowed is refused by its name', () => {
  test.each(CASES)('$title', async ({ method, field, value }) => {
    const localName = method.input.fields.find(({ name }) => name === field)!.localName;
    const error = await refusalOf(method, { [localName]: value });
    expect(error).toMatchObject({ grpcCode: 'INVALID_ARGUMENT', reason: 'INVALID_ARGUMENT', domain: 'veche' });
    expect(Object.keys(error.violations)).toEqual([field]);
    expect(error.violations[field]).toMatch(/^(must|is required)/);
  });
});

/** Requests in which every field that can be wrong is. */
const ALL_WRONG = [
  [createChat, { title: 'a\0b', maxMessages: 0n, ttl: {} }, ['title', 'max_messages', 'ttl']],
  [listChats, { pageSize: 0, pageToken: 'x' }, ['page_size', 'page_token']],
  [postMessage, { chatId: '', text: '', clientMessageId: '' }, ['chat_id', 'text', 'client_message_id']],
  [
    listMessages,
    { chatId: 'x', pageSize: -1, pageToken: 'x', order: 9 },
    ['chat_id', 'page_size', 'page_token', 'order'],
  ],
  [fetchUnread, { chatId: 'x', ackSeq: -1n, limit: 0, wait: { nanos: 1 } }, ['chat_id', 'ack_seq', 'limit', 'wait']],
  [markRead, { chatId: '', seq: -1n }, ['chat_id', 'seq']],
  [listUnreadCounts, { pageSize: 501, pageToken: 'x' }, ['page_size', 'page_token']],
  [subscribe, { chatId: '', afterSeq: -1n }, ['chat_id', 'after_seq']],
] as const;

describe('several bad fields at once are all named', () => {
  test.each(ALL_WRONG)('$0.name $2', async (method, request, fields) => {
    const { violations } = await refusalOf(method, request);
    expect(Object.keys(violations).toSorted()).toEqual([...fields].toSorted());
  });

  test.each(ALL_WRONG)('$0.name $2, also where one of them cannot be decoded', async (method, request, fields) => {
    for (const undecodable of fields) {
      const field = method.input.fields.find(({ name }) => name === undecodable)!;
      const rest = encoded(method, { ...request, [field.localName]: undefined });
      const { violations } = await refusalOfBytes(method, Buffer.concat([rest, withOtherWireType(field)]));
      expect(Object.keys(violations).toSorted()).toEqual([...fields].toSorted());
      expect(violations[undecodable]).toMatch(/^must be encoded as /);
    }
  });
});

test('what was refused has changed nothing', async () => {
  expect(await app.client.call(StatsService.method.getStats, {})).toEqual(statsBefore);
  expect((await anna.call(getChat, { chatId })).chat).toMatchObject({ messageCount: 0n });
  const { counts } = await anna.call(listUnreadCounts, {});
  expect(counts).toMatchObject([{ chatId, position: 0n }]);
});

/** A chat with a second page of messages, and the token that leads there. */
async function openPagedChat(): Promise<{ readonly chatId: string; readonly token: string }> {
  const chat = await anna.openChat();
  await anna.post(chat.id, 'раз');
  await anna.post(chat.id, 'два');
  const { nextPageToken } = await anna.call(listMessages, { chatId: chat.id, pageSize: 1 });
  expect(nextPageToken).not.toBe('');
  return { chatId: chat.id, token: nextPageToken };
}

describe('a page token is refused', () => {
  test('with another chat', async () => {
    const { token } = await openPagedChat();
    expect((await refusalOf(listMessages, { pageToken: token })).violations).toHaveProperty('page_token');
  });

  test('with another order', async () => {
    const { chatId, token } = await openPagedChat();
    const error = await refusalOf(listMessages, { chatId, pageToken: token, order: MessageOrder.NEWEST_FIRST });
    expect(error.violations).toHaveProperty('page_token');
  });

  test('not for its order, where the order is what is wrong', async () => {
    const { chatId, token } = await openPagedChat();
    const request = { chatId, pageToken: token, order: 9 };
    expect(Object.keys((await refusalOf(listMessages, request)).violations)).toEqual(['order']);
    const newest = await anna.call(listMessages, { chatId, pageSize: 1, order: MessageOrder.NEWEST_FIRST });
    const rest = encoded(listMessages, { chatId, pageToken: newest.nextPageToken });
    const undecodable = Buffer.concat([rest, withOtherWireType(listMessages.input.field.order)]);
    expect(Object.keys((await refusalOfBytes(listMessages, undecodable)).violations)).toEqual(['order']);
  });

  test('by another method', async () => {
    const { token } = await openPagedChat();
    expect((await refusalOf(listChats, { pageToken: token })).violations).toHaveProperty('page_token');
    expect((await refusalOf(listUnreadCounts, { pageToken: token })).violations).toHaveProperty('page_token');
  });

  test('when any character of it was altered, cut or added', async () => {
    const { chatId, token } = await openPagedChat();
    const altered = Array.from(token, (character, at) =>
      token.slice(0, at).concat(character === 'A' ? 'B' : 'A', token.slice(at + 1)),
    );
    for (const pageToken of [...altered, token.slice(0, -1), token.slice(1), `${token}A`, `${token}=`, ` ${token}`]) {
      const error = await refusalOf(listMessages, { chatId, pageToken });
      expect(Object.keys(error.violations)).toEqual(['page_token']);
    }
  });

  test('of another server', async () => {
    const { chatId, token } = await openPagedChat();
    const other = await startTestApp();
    const boris = await Person.enter(other.client, 'Борис');
    const error = await failure(boris.call(listMessages, { chatId, pageToken: token }));
    expect(error.violations).toHaveProperty('page_token');
    await other.close();
  });
});

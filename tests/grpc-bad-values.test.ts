import type { DescMessage, DescMethod, MessageInitShape } from '@bufbuild/protobuf';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatService } from '../src/gen/veche/v1/chat_pb.js';
import { MessageOrder, MessageService } from '../src/gen/veche/v1/message_pb.js';
import { withOtherWireType } from './support/bad-bytes.ts';
import { failure, type GrpcError } from './support/grpc-error.ts';
import { Person } from './support/person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const { createChat, listChats } = ChatService.method;
const { postMessage, listMessages, fetchUnread, markRead, listUnreadCounts, subscribe } = MessageService.method;

let app: TestApp;
let anna: Person;
/** An open chat with no message. */
let chatId: string;

beforeAll(async () => {
  app = await startTestApp();
  anna = await Person.enter(app.client);
  chatId = (await anna.openChat()).id;
});

afterAll(() => app.close());

function encoded({ input }: DescMethod, request: Readonly<Record<string, unknown>>): Uint8Array {
  return toBinary(input, create(input, request as MessageInitShape<DescMessage>));
}

function refusalOfBytes(method: DescMethod, bytes: Uint8Array): Promise<GrpcError> {
  const options = { token: anna.token };
  return method.methodKind === 'server_streaming'
    ? failure(app.client.streamRaw(method, bytes, options).next())
    : failure(app.client.callRaw(method, bytes, options));
}

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

describe('several bad fields are all named, also where one of them cannot be decoded', () => {
  test.each(ALL_WRONG)('$0.name $2', async (method, request, fields) => {
    for (const undecodable of fields) {
      const field = method.input.fields.find(({ name }) => name === undecodable)!;
      const rest = encoded(method, { ...request, [field.localName]: undefined });
      const { violations } = await refusalOfBytes(method, Buffer.concat([rest, withOtherWireType(field)]));
      expect(Object.keys(violations).toSorted()).toEqual([...fields].toSorted());
      expect(violations[undecodable]).toMatch(/^must be encoded as /);
    }
  });
});

test('a page token is not judged by an order that cannot be decoded', async () => {
  await anna.post(chatId, 'раз');
  await anna.post(chatId, 'два');
  const newest = await anna.call(listMessages, { chatId, pageSize: 1, order: MessageOrder.NEWEST_FIRST });
  const rest = encoded(listMessages, { chatId, pageToken: newest.nextPageToken });
  const undecodable = Buffer.concat([rest, withOtherWireType(listMessages.input.field.order)]);
  expect(Object.keys((await refusalOfBytes(listMessages, undecodable)).violations)).toEqual(['order']);
});

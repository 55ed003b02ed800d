/**
 * What gRPC alone costs: a plain grpc-js server with Veche's messages, codec and transport options, but without any rules
 * or data. It makes up sessions and chats, echoes posts, pushes them to every open stream (those of one turn of the
 * event loop in one frame, encoded once), and answers every request for a page with the same messages.
 */

import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Server, ServerCredentials, status, type handleUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import { randomBytes, randomUUID } from 'node:crypto';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { ChatService } from '../../src/gen/veche/v1/chat_pb.js';
import { MessageService, SubscribeResponseSchema, type Message } from '../../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../../src/gen/veche/v1/session_pb.js';
import { serverOptions } from '../../src/grpc/server-options.ts';
import type { Method } from './connection.ts';
import { PAGE_SIZE, TEXT } from '../load.ts';

const AUTHOR = { $typeName: 'veche.v1.User', userId: randomUUID(), displayName: 'Speaker 1' } as const;
const MESSAGE_ID = randomUUID();

const server = new Server(serverOptions(DEFAULT_LIMITS));
const readers = new Set<ServerWritableStream<unknown, Buffer>>();
const waiting: Message[] = [];
let lastSeq = 0n;

/** Answers the calls of a method that have a token, or need none. */
function answer<I extends DescMessage, O extends DescMessage>(
  method: Method<I, O>,
  respond: (request: MessageShape<I>) => MessageShape<O>,
): void {
  const needsToken = method.parent !== SessionService;
  const handle: handleUnaryCall<MessageShape<I>, MessageShape<O>> = ({ request, metadata }, callback) => {
    const [token] = metadata.get('authorization');
    if (needsToken && token === undefined) callback({ code: status.UNAUTHENTICATED });
    else callback(null, respond(request));
  };
  const encode = (response: MessageShape<O>): Buffer => asBuffer(toBinary(method.output, response));
  server.register(pathOf(method), handle, encode, (bytes) => fromBinary(method.input, bytes), 'unary');
}

function pathOf({ parent, name }: Method<DescMessage, DescMessage>): string {
  return `/${parent.typeName}/${name}`;
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** A plain object: `create` would fill it field by field, at a cost that Veche does not have either. */
function newMessage(chatId: string, text: string): Message {
  const now = Date.now();
  const seconds = Math.floor(now / 1_000);
  return {
    $typeName: 'veche.v1.Message',
    id: MESSAGE_ID,
    chatId,
    seq: ++lastSeq,
    author: AUTHOR,
    text,
    sentAt: {
      $typeName: 'google.protobuf.Timestamp',
      seconds: BigInt(seconds),
      nanos: (now - seconds * 1_000) * 1_000_000,
    },
  };
}

function encodeEvent(event: MessageInitShape<typeof SubscribeResponseSchema>): Buffer {
  return asBuffer(toBinary(SubscribeResponseSchema, create(SubscribeResponseSchema, event)));
}

function push(): void {
  const frame = encodeEvent({ event: { case: 'messages', value: { messages: waiting.splice(0) } } });
  for (const reader of readers) reader.write(frame);
}

const { createSession } = SessionService.method;
answer(createSession, () => create(createSession.output, { token: `veche_${randomBytes(48).toString('base64url')}` }));

const { createChat } = ChatService.method;
answer(createChat, () => create(createChat.output, { chat: { id: randomUUID() } }));

const { postMessage, listMessages, subscribe } = MessageService.method;
answer(postMessage, ({ chatId, text }) => {
  const message = newMessage(chatId, text);
  if (readers.size > 0 && waiting.push(message) === 1) setImmediate(push);
  return { $typeName: 'veche.v1.PostMessageResponse' as const, message };
});

const page = Array.from({ length: PAGE_SIZE }, () => newMessage(randomUUID(), TEXT));
answer(listMessages, () => ({
  $typeName: 'veche.v1.ListMessagesResponse' as const,
  messages: page,
  nextPageToken: MESSAGE_ID,
  missed: 0n,
  position: lastSeq,
}));

server.register(
  pathOf(subscribe),
  (stream: ServerWritableStream<unknown, Buffer>) => {
    stream.write(encodeEvent({ event: { case: 'caughtUp', value: { seq: lastSeq } } }));
    readers.add(stream);
    stream.on('cancelled', () => readers.delete(stream));
  },
  (frame: Buffer) => frame,
  (bytes) => fromBinary(subscribe.input, bytes),
  'serverStream',
);

server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
});

// An orderly end, so that a profile can be written.
process.once('SIGTERM', () => process.exit());

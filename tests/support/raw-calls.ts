/** Paths, headers and bodies of calls that are made below the level of a gRPC client. */

import { create, toBinary } from '@bufbuild/protobuf';
import {
  FetchUnreadRequestSchema,
  ListMessagesRequestSchema,
  SubscribeRequestSchema,
} from '../../src/gen/veche/v1/message_pb.js';
import { CreateSessionRequestSchema } from '../../src/gen/veche/v1/session_pb.js';
import { frame } from './raw-http2.ts';

export const CREATE_SESSION = '/veche.v1.SessionService/CreateSession';
export const FETCH_UNREAD = '/veche.v1.MessageService/FetchUnread';
export const LIST_MESSAGES = '/veche.v1.MessageService/ListMessages';
export const SUBSCRIBE = '/veche.v1.MessageService/Subscribe';

/** The message that asks for a session. */
export const createSessionRequest = toBinary(
  CreateSessionRequestSchema,
  create(CreateSessionRequestSchema, { displayName: 'Анна' }),
);

/** A wait for the first message of a chat. */
export function waitFrame(chatId: string): Buffer {
  const message = create(FetchUnreadRequestSchema, { chatId, wait: { seconds: 30n } });
  return frame(toBinary(FetchUnreadRequestSchema, message));
}

/** The largest page of a chat, which moves nothing. */
export function listFrame(chatId: string): Buffer {
  const message = create(ListMessagesRequestSchema, { chatId, pageSize: 500, markRead: false });
  return frame(toBinary(ListMessagesRequestSchema, message));
}

/** A stream from now on, or from what comes after a seq. */
export function subscribeFrame(chatId: string, afterSeq?: bigint): Buffer {
  const message = create(SubscribeRequestSchema, { chatId, ...(afterSeq !== undefined && { afterSeq }) });
  return frame(toBinary(SubscribeRequestSchema, message));
}

export function authorization({ token }: { readonly token: string }): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** From the requests of the wire to those of the use-cases. */

import type { Duration } from '@bufbuild/protobuf/wkt';
import type { MessageOrder } from '../domain/models.ts';
import { Problem } from '../domain/problem.ts';
import type * as AdminWire from '../gen/veche/v1/admin_pb.js';
import type * as ChatWire from '../gen/veche/v1/chat_pb.js';
import * as MessageWire from '../gen/veche/v1/message_pb.js';
import type * as SessionWire from '../gen/veche/v1/session_pb.js';
import type * as Request from '../service/requests.ts';
import { fromDuration } from './times.ts';

export function readCreateSession({ displayName }: SessionWire.CreateSessionRequest): Request.CreateSessionRequest {
  return { displayName };
}

export function readEndSession({ closeChats }: SessionWire.EndSessionRequest): Request.EndSessionRequest {
  return { closeChats };
}

export function readCreateChat(request: ChatWire.CreateChatRequest): Request.CreateChatRequest {
  const { title, maxMessages, readOnly, ttl, unlisted } = request;
  return { title, maxMessages: int64(maxMessages), readOnly, ttlMs: duration(ttl), unlisted };
}

export function readListChats({ pageSize, pageToken }: ChatWire.ListChatsRequest): Request.ListChatsRequest {
  return { pageSize, pageToken: unlessEmpty(pageToken) };
}

export function readGetChat({ chatId }: ChatWire.GetChatRequest): Request.GetChatRequest {
  return { chatId };
}

export function readCloseChat({ chatId }: ChatWire.CloseChatRequest): Request.CloseChatRequest {
  return { chatId };
}

export function readPostMessage(request: MessageWire.PostMessageRequest): Request.PostMessageRequest {
  const { chatId, text, clientMessageId } = request;
  return { chatId, text, clientMessageId };
}

export function readListMessages(request: MessageWire.ListMessagesRequest): Request.ListMessagesRequest {
  const { chatId, pageSize, pageToken, order, markRead } = request;
  return { chatId, pageSize, pageToken: unlessEmpty(pageToken), order: messageOrder(order), markRead };
}

export function readFetchUnread(request: MessageWire.FetchUnreadRequest): Request.FetchUnreadRequest {
  const { chatId, ackSeq, limit, wait } = request;
  return { chatId, ackSeq: int64(ackSeq), limit, waitMs: duration(wait) };
}

export function readMarkRead({ chatId, seq }: MessageWire.MarkReadRequest): Request.MarkReadRequest {
  return { chatId, seq: int64(seq) };
}

export function readListUnreadCounts(request: MessageWire.ListUnreadCountsRequest): Request.ListUnreadCountsRequest {
  return { pageSize: request.pageSize, pageToken: unlessEmpty(request.pageToken) };
}

export function readSubscribe({ chatId, afterSeq }: MessageWire.SubscribeRequest): Request.SubscribeRequest {
  return { chatId, afterSeq: int64(afterSeq) };
}

export function readListSessions(request: AdminWire.ListSessionsRequest): Request.ListSessionsRequest {
  return { pageSize: request.pageSize, pageToken: unlessEmpty(request.pageToken) };
}

export function readListAllChats(request: AdminWire.ListAllChatsRequest): Request.ListAllChatsRequest {
  return { pageSize: request.pageSize, pageToken: unlessEmpty(request.pageToken) };
}

export function readCloseAnyChat({ chatId, reason }: AdminWire.CloseAnyChatRequest): Request.CloseAnyChatRequest {
  return { chatId, reason };
}

export function readEndAnySession({ userId, reason }: AdminWire.EndAnySessionRequest): Request.EndAnySessionRequest {
  return { userId, reason };
}

/** What is too large for a number stays too large: no such value passes for a whole number. */
function int64(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function duration(value: Duration | undefined): number | undefined {
  return value === undefined ? undefined : fromDuration(value);
}

function unlessEmpty(value: string): string | undefined {
  return value === '' ? undefined : value;
}

function messageOrder(order: MessageWire.MessageOrder): MessageOrder | Problem | undefined {
  switch (order) {
    case MessageWire.MessageOrder.UNSPECIFIED:
      return undefined;
    case MessageWire.MessageOrder.OLDEST_FIRST:
      return 'OLDEST_FIRST';
    case MessageWire.MessageOrder.NEWEST_FIRST:
      return 'NEWEST_FIRST';
    default:
      return new Problem('must be MESSAGE_ORDER_OLDEST_FIRST or MESSAGE_ORDER_NEWEST_FIRST');
  }
}

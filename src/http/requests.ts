/** From the requests of the wire to those of the use-cases. What is absent and required is refused there, or was unreadable. */

import type { MessageOrder } from '../domain/models.ts';
import { Problem } from '../domain/problem.ts';
import type * as Request from '../service/requests.ts';
import type { PlainRequest } from './handlers.ts';
import { fromDuration } from './times.ts';

export function readCreateSession({ body }: PlainRequest<'createSession'>): Request.CreateSessionRequest {
  return { displayName: body.displayName ?? '' };
}

export function readEndSession({ query }: PlainRequest<'endSession'>): Request.EndSessionRequest {
  return { closeChats: query.closeChats ?? false };
}

export function readCreateChat({ body }: PlainRequest<'createChat'>): Request.CreateChatRequest {
  const { title = '', maxMessages, readOnly = false, ttl, unlisted = false } = body;
  return { title, maxMessages, readOnly, ttlMs: duration(ttl), unlisted };
}

export function readListChats({ query }: PlainRequest<'listChats'>): Request.ListChatsRequest {
  return { pageSize: query.pageSize, pageToken: query.pageToken };
}

export function readGetChat({ path }: PlainRequest<'getChat'>): Request.GetChatRequest {
  return { chatId: path.chatId };
}

export function readCloseChat({ path }: PlainRequest<'closeChat'>): Request.CloseChatRequest {
  return { chatId: path.chatId };
}

export function readPostMessage({ path, body }: PlainRequest<'postMessage'>): Request.PostMessageRequest {
  return { chatId: path.chatId, text: body.text ?? '', clientMessageId: body.clientMessageId };
}

export function readListMessages({
  path,
  query,
}: PlainRequest<'listMessages' | 'headMessages'>): Request.ListMessagesRequest {
  const { pageSize, pageToken, order, markRead } = query;
  return { chatId: path.chatId, pageSize, pageToken, order: messageOrder(order), markRead };
}

export function readFetchUnread({ path, body }: PlainRequest<'fetchUnread'>): Request.FetchUnreadRequest {
  return { chatId: path.chatId, ackSeq: body.ackSeq, limit: body.limit, waitMs: duration(body.wait) };
}

export function readMarkRead({ path, body }: PlainRequest<'markRead'>): Request.MarkReadRequest {
  return { chatId: path.chatId, seq: body.seq };
}

export function readListUnreadCounts({ query }: PlainRequest<'listUnreadCounts'>): Request.ListUnreadCountsRequest {
  return { pageSize: query.pageSize, pageToken: query.pageToken };
}

export function readSubscribe({ path, query, headers }: PlainRequest<'subscribe'>): Request.SubscribeRequest {
  return { chatId: path.chatId, afterSeq: headers['Last-Event-ID'] ?? query.afterSeq };
}

export function readListSessions({ query }: PlainRequest<'listSessions'>): Request.ListSessionsRequest {
  return { pageSize: query.pageSize, pageToken: query.pageToken };
}

export function readListAllChats({ query }: PlainRequest<'listAllChats'>): Request.ListAllChatsRequest {
  return { pageSize: query.pageSize, pageToken: query.pageToken };
}

export function readCloseAnyChat({ path, query }: PlainRequest<'closeAnyChat'>): Request.CloseAnyChatRequest {
  return { chatId: path.chatId, reason: query.reason ?? '' };
}

export function readEndAnySession({ path, query }: PlainRequest<'endAnySession'>): Request.EndAnySessionRequest {
  return { userId: path.userId, reason: query.reason ?? '' };
}

function duration(text: string | undefined): number | undefined {
  return text === undefined ? undefined : fromDuration(text);
}

/** @param order any text. */
function messageOrder(order: string | undefined): MessageOrder | Problem | undefined {
  if (order === undefined || order === 'OLDEST_FIRST' || order === 'NEWEST_FIRST') return order;
  return new Problem('must be OLDEST_FIRST or NEWEST_FIRST');
}

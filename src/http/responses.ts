/** From the responses of the use-cases to those of the wire. */

import { NEVER } from '../domain/lifetime.ts';
import type { Limits } from '../domain/limits.ts';
import type { ActiveUser, Chat, LiveSession, Message, Session, User } from '../domain/models.ts';
import type * as Wire from '../gen/http/types.gen.ts';
import type * as Response from '../service/responses.ts';
import { toDuration, toTime } from './times.ts';

export function writeCreateSession({ session, token }: Response.CreateSessionResponse): Wire.CreateSessionResponse {
  return { session: writeSession(session), token };
}

export function writeGetSession({ session }: Response.GetSessionResponse): Wire.GetSessionResponse {
  return { session: writeSession(session) };
}

/** Of createChat and getChat. */
export function writeChatResponse({ chat }: Response.ChatResponse): Wire.GetChatResponse {
  return { chat: writeChat(chat) };
}

/** Of listChats and listAllChats. */
export function writeListChats({ chats, nextPageToken }: Response.ListChatsResponse): Wire.ListChatsResponse {
  return { chats: chats.map(writeChat), ...(nextPageToken !== undefined && { nextPageToken }) };
}

export function writeListSessions(response: Response.ListSessionsResponse): Wire.ListSessionsResponse {
  const { sessions, nextPageToken } = response;
  return { sessions: sessions.map(writeLiveSession), ...(nextPageToken !== undefined && { nextPageToken }) };
}

export function writePostMessage({ message }: Response.PostMessageResponse): Wire.PostMessageResponse {
  return { message: writeMessage(message) };
}

export function writeListMessages(response: Response.ListMessagesResponse): Wire.ListMessagesResponse {
  const { messages, nextPageToken, missed, position } = response;
  return {
    messages: messages.map(writeMessage),
    ...(nextPageToken !== undefined && { nextPageToken }),
    missed,
    ...(position !== undefined && { position }),
  };
}

export function writeFetchUnread(response: Response.FetchUnreadResponse): Wire.FetchUnreadResponse {
  const { messages, hasMore, position, missed } = response;
  return { messages: messages.map(writeMessage), hasMore, position, missed };
}

export function writeMarkRead({ position, unread }: Response.MarkReadResponse): Wire.MarkReadResponse {
  return { position, unread };
}

export function writeListUnreadCounts(response: Response.ListUnreadCountsResponse): Wire.ListUnreadCountsResponse {
  const { counts, nextPageToken } = response;
  return { counts: [...counts], ...(nextPageToken !== undefined && { nextPageToken }) };
}

export function writeGetStats(response: Response.GetStatsResponse): Wire.GetStatsResponse {
  const { users, chats, messages, messagesLastHour, limits } = response;
  return { users, chats, messages, messagesLastHour, limits: writeLimits(limits) };
}

export function writeMessage({ id, chatId, seq, author, text, sentAt }: Message): Wire.Message {
  return { id, chatId, seq, author: writeUser(author), text, sentAt: toTime(sentAt) };
}

function writeSession({ userId, displayName, createdAt, expiresAt }: Session): Wire.Session {
  return {
    userId,
    displayName,
    createdAt: toTime(createdAt),
    ...(expiresAt !== NEVER && { expiresAt: toTime(expiresAt) }),
  };
}

function writeLiveSession({ openChats, ...session }: LiveSession): Wire.LiveSession {
  return { ...writeSession(session), openChats };
}

function writeUser({ userId, displayName }: User): Wire.User {
  return { userId, displayName };
}

function writeChat(chat: Chat): Wire.Chat {
  const { id, title, creator, maxMessages, readOnly, unlisted, ttlMs, expiresAt, lastMessageAt, activeUsers } = chat;
  return {
    id,
    title,
    creator: writeUser(creator),
    createdAt: toTime(chat.createdAt),
    maxMessages,
    readOnly,
    unlisted,
    ...(ttlMs !== undefined && { ttl: toDuration(ttlMs) }),
    ...(expiresAt !== NEVER && { expiresAt: toTime(expiresAt) }),
    messageCount: chat.messageCount,
    ...(lastMessageAt !== undefined && { lastMessageAt: toTime(lastMessageAt) }),
    activeUsers: { count: activeUsers.count, users: activeUsers.users.map(writeActiveUser) },
  };
}

function writeActiveUser({ userId, displayName, lastActiveAt }: ActiveUser): Wire.ActiveUser {
  return { userId, displayName, lastActiveAt: toTime(lastActiveAt) };
}

function writeLimits(limits: Limits): Wire.Limits {
  const { sessionTtlMs, maxChatTtlMs, maxUsers, maxChats, maxChatsPerUser, maxChatSize } = limits;
  return {
    maxUsers,
    maxChats,
    maxChatsPerUser,
    maxChatSize,
    sessionTtl: toDuration(sessionTtlMs),
    ...(maxChatTtlMs !== undefined && { maxChatTtl: toDuration(maxChatTtlMs) }),
    maxMessageLength: limits.maxMessageLength,
    maxStreamsPerSession: limits.maxStreamsPerSession,
  };
}

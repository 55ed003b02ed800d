/**
 * From the responses of the use-cases to those of the wire. They are written out as whole messages, so that nothing
 * has to be looked through and copied once more before it is encoded.
 */

import type { Limits } from '../domain/limits.ts';
import type { ActiveUser, Chat, LiveSession, Message, Session, UnreadCount, User } from '../domain/models.ts';
import type * as AdminWire from '../gen/veche/v1/admin_pb.js';
import type * as ChatWire from '../gen/veche/v1/chat_pb.js';
import type * as MessageWire from '../gen/veche/v1/message_pb.js';
import type * as SessionWire from '../gen/veche/v1/session_pb.js';
import type * as StatsWire from '../gen/veche/v1/stats_pb.js';
import type * as Response from '../service/responses.ts';
import { toDuration, toTimestamp } from './times.ts';

export function writeCreateSession(response: Response.CreateSessionResponse): SessionWire.CreateSessionResponse {
  return {
    $typeName: 'veche.v1.CreateSessionResponse',
    session: writeSession(response.session),
    token: response.token,
  };
}

export function writeGetSession({ session }: Response.GetSessionResponse): SessionWire.GetSessionResponse {
  return { $typeName: 'veche.v1.GetSessionResponse', session: writeSession(session) };
}

export function writeEndSession(): SessionWire.EndSessionResponse {
  return { $typeName: 'veche.v1.EndSessionResponse' };
}

export function writeCreateChat({ chat }: Response.ChatResponse): ChatWire.CreateChatResponse {
  return { $typeName: 'veche.v1.CreateChatResponse', chat: writeChat(chat) };
}

export function writeListChats({ chats, nextPageToken }: Response.ListChatsResponse): ChatWire.ListChatsResponse {
  return {
    $typeName: 'veche.v1.ListChatsResponse',
    chats: chats.map(writeChat),
    nextPageToken: nextPageToken ?? '',
  };
}

export function writeGetChat({ chat }: Response.ChatResponse): ChatWire.GetChatResponse {
  return { $typeName: 'veche.v1.GetChatResponse', chat: writeChat(chat) };
}

export function writeCloseChat(): ChatWire.CloseChatResponse {
  return { $typeName: 'veche.v1.CloseChatResponse' };
}

export function writeMarkRead({ position, unread }: Response.MarkReadResponse): MessageWire.MarkReadResponse {
  return { $typeName: 'veche.v1.MarkReadResponse', position: BigInt(position), unread: BigInt(unread) };
}

export function writeListUnreadCounts(
  response: Response.ListUnreadCountsResponse,
): MessageWire.ListUnreadCountsResponse {
  return {
    $typeName: 'veche.v1.ListUnreadCountsResponse',
    counts: response.counts.map(writeUnreadCount),
    nextPageToken: response.nextPageToken ?? '',
  };
}

export function writeGetStats(response: Response.GetStatsResponse): StatsWire.GetStatsResponse {
  const { users, chats, messages, messagesLastHour, limits } = response;
  return {
    $typeName: 'veche.v1.GetStatsResponse',
    users: BigInt(users),
    chats: BigInt(chats),
    messages: BigInt(messages),
    messagesLastHour: BigInt(messagesLastHour),
    limits: writeLimits(limits),
  };
}

export function writeListSessions(response: Response.ListSessionsResponse): AdminWire.ListSessionsResponse {
  return {
    $typeName: 'veche.v1.ListSessionsResponse',
    sessions: response.sessions.map(writeLiveSession),
    nextPageToken: response.nextPageToken ?? '',
  };
}

export function writeListAllChats(response: Response.ListAllChatsResponse): AdminWire.ListAllChatsResponse {
  return {
    $typeName: 'veche.v1.ListAllChatsResponse',
    chats: response.chats.map(writeChat),
    nextPageToken: response.nextPageToken ?? '',
  };
}

export function writeCloseAnyChat(): AdminWire.CloseAnyChatResponse {
  return { $typeName: 'veche.v1.CloseAnyChatResponse' };
}

export function writeEndAnySession(): AdminWire.EndAnySessionResponse {
  return { $typeName: 'veche.v1.EndAnySessionResponse' };
}

export function writeMessage({ id, chatId, seq, author, text, sentAt }: Message): MessageWire.Message {
  return {
    $typeName: 'veche.v1.Message',
    id,
    chatId,
    seq: BigInt(seq),
    author: writeUser(author),
    text,
    sentAt: toTimestamp(sentAt),
  };
}

function writeSession({ userId, displayName, createdAt, expiresAt }: Session): SessionWire.Session {
  return {
    $typeName: 'veche.v1.Session',
    userId,
    displayName,
    createdAt: toTimestamp(createdAt),
    expiresAt: toTimestamp(expiresAt),
  };
}

function writeLiveSession(session: LiveSession): AdminWire.LiveSession {
  const { userId, displayName, createdAt, expiresAt, openChats } = session;
  return {
    $typeName: 'veche.v1.LiveSession',
    userId,
    displayName,
    createdAt: toTimestamp(createdAt),
    expiresAt: toTimestamp(expiresAt),
    openChats: BigInt(openChats),
  };
}

function writeUser({ userId, displayName }: User): SessionWire.User {
  return { $typeName: 'veche.v1.User', userId, displayName };
}

function writeChat(chat: Chat): ChatWire.Chat {
  const { id, title, creator, readOnly, unlisted, ttlMs, lastMessageAt, activeUsers } = chat;
  return {
    $typeName: 'veche.v1.Chat',
    id,
    title,
    creator: writeUser(creator),
    createdAt: toTimestamp(chat.createdAt),
    maxMessages: BigInt(chat.maxMessages),
    readOnly,
    unlisted,
    ttl: ttlMs === undefined ? undefined : toDuration(ttlMs),
    expiresAt: toTimestamp(chat.expiresAt),
    messageCount: BigInt(chat.messageCount),
    lastMessageAt: lastMessageAt === undefined ? undefined : toTimestamp(lastMessageAt),
    activeUsers: {
      $typeName: 'veche.v1.ActiveUsers',
      count: BigInt(activeUsers.count),
      users: activeUsers.users.map(writeActiveUser),
    },
  };
}

function writeActiveUser({ userId, displayName, lastActiveAt }: ActiveUser): ChatWire.ActiveUser {
  return { $typeName: 'veche.v1.ActiveUser', userId, displayName, lastActiveAt: toTimestamp(lastActiveAt) };
}

function writeUnreadCount({ chatId, position, lastSeq, unread, missed }: UnreadCount): MessageWire.UnreadCount {
  return {
    $typeName: 'veche.v1.UnreadCount',
    chatId,
    position: BigInt(position),
    lastSeq: BigInt(lastSeq),
    unread: BigInt(unread),
    missed: BigInt(missed),
  };
}

function writeLimits(limits: Limits): StatsWire.Limits {
  return {
    $typeName: 'veche.v1.Limits',
    maxUsers: BigInt(limits.maxUsers),
    maxChats: BigInt(limits.maxChats),
    maxChatsPerUser: BigInt(limits.maxChatsPerUser),
    maxChatSize: BigInt(limits.maxChatSize),
    sessionTtl: toDuration(limits.sessionTtlMs),
    maxChatTtl: limits.maxChatTtlMs === undefined ? undefined : toDuration(limits.maxChatTtlMs),
    maxMessageLength: BigInt(limits.maxMessageLength),
    maxStreamsPerSession: BigInt(limits.maxStreamsPerSession),
  };
}

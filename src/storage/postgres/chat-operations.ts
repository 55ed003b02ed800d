/** Chats: open, find, list, close, and who is active. What each must do is said at `Storage`. */

import { Refusal } from '../../domain/errors.ts';
import { chatDeadline } from '../../domain/lifetime.ts';
import { ACTIVITY_RESOLUTION_MS, MAX_ACTIVE_USERS_SHOWN } from '../../domain/limits.ts';
import type { Chat } from '../../domain/models.ts';
import type { CallOptions, ChatPage, CloseChat, CreateChat, GetChat, ListChats, NoteActivity } from '../storage.ts';
import { deadlineOf, storedDeadline } from './never.ts';
import { pageOf, placeAfter } from './pages.ts';
import type { PostgresData } from './postgres-data.ts';

/** A chat as the functions of our schema show it. */
interface ChatLine {
  readonly id: string;
  readonly title: string;
  readonly creatorId: string;
  readonly creatorName: string;
  readonly createdAt: number;
  readonly maxMessages: number;
  readonly readOnly: boolean;
  readonly unlisted: boolean;
  readonly ttlMs: number | null;
  readonly deadline: number;
  readonly kept: number;
  readonly lastSentAt: number | null;
  readonly activeUsers: Chat['activeUsers'];
}

export async function createChat(
  { database }: PostgresData,
  { chat, maxChats, maxChatsPerUser }: CreateChat,
  options?: CallOptions,
): Promise<Chat | Refusal<'UNAUTHENTICATED' | 'USER_CHAT_LIMIT_REACHED' | 'CHAT_LIMIT_REACHED'>> {
  const { id, title, creator, createdAt, maxMessages, readOnly, unlisted, ttlMs } = chat;
  const expiresAt = chatDeadline(createdAt, ttlMs);
  const settings = [id, title, creator.userId, maxMessages, readOnly, unlisted, ttlMs, storedDeadline(expiresAt)];
  const answer = await database.line<{
    readonly refusal: 'UNAUTHENTICATED' | 'USER_CHAT_LIMIT_REACHED' | 'CHAT_LIMIT_REACHED' | null;
    readonly creator_name: string;
  }>('create_chat_v1', [...settings, maxChats, maxChatsPerUser, createdAt], options);
  if (answer === undefined) throw new Error('create_chat_v1 returned nothing');
  if (answer.refusal !== null) return new Refusal(answer.refusal);
  return {
    id,
    title,
    creator: { userId: creator.userId, displayName: answer.creator_name },
    createdAt,
    maxMessages,
    readOnly,
    unlisted,
    ttlMs,
    expiresAt,
    messageCount: 0,
    lastMessageAt: undefined,
    activeUsers: { count: 0, users: [] },
  };
}

export async function getChat(
  { database }: PostgresData,
  { chatId, activeSince, now }: GetChat,
  options?: CallOptions,
): Promise<Chat | Refusal<'CHAT_NOT_FOUND'>> {
  const args = [chatId, activeSince, now, MAX_ACTIVE_USERS_SHOWN];
  const line = await database.value<ChatLine | null>('get_chat_v1', args, options);
  return line === null ? new Refusal('CHAT_NOT_FOUND') : chatOf(line);
}

export async function listChats(
  { database }: PostgresData,
  { unlisted, after, limit, activeSince, now }: ListChats,
  options?: CallOptions,
): Promise<ChatPage> {
  const list = unlisted ? 'list_all_chats_v1' : 'list_chats_v1';
  const args = [...placeAfter(after), limit + 1, activeSince, now, MAX_ACTIVE_USERS_SHOWN];
  const lines = await database.lines<{ readonly chat: ChatLine }>(list, args, options);
  const { values, next } = pageOf(lines, limit, ({ chat }) => ({ createdAt: chat.createdAt, chatId: chat.id }));
  return { chats: values.map(({ chat }) => chatOf(chat)), next };
}

export async function closeChat(
  { database, channel, tallyPlace }: PostgresData,
  { chatId, userId, now }: CloseChat,
  options?: CallOptions,
): Promise<Refusal<'CHAT_NOT_FOUND' | 'NOT_CHAT_CREATOR'> | undefined> {
  const args = [chatId, userId, now, ...tallyPlace(now), channel];
  const refusal = await database.value<'CHAT_NOT_FOUND' | 'NOT_CHAT_CREATOR' | null>('close_chat_v1', args, options);
  return refusal === null ? undefined : new Refusal(refusal);
}

export async function noteActivity(
  { database }: PostgresData,
  { chatId, users, now }: NoteActivity,
  options?: CallOptions,
): Promise<void> {
  const userIds = users.map(({ userId }) => userId);
  await database.value('note_activity_v1', [chatId, userIds, ACTIVITY_RESOLUTION_MS, now], options);
}

function chatOf({ creatorId, creatorName, ttlMs, deadline, kept, lastSentAt, ...line }: ChatLine): Chat {
  return {
    ...line,
    creator: { userId: creatorId, displayName: creatorName },
    ttlMs: ttlMs ?? undefined,
    expiresAt: deadlineOf(deadline),
    messageCount: kept,
    lastMessageAt: lastSentAt ?? undefined,
  };
}

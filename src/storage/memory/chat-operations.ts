/** Chats: open, find, list, close, and who is active. What each must do is said at `Storage`. */

import { Refusal } from '../../domain/errors.ts';
import { fitsOneMore } from '../../domain/limits.ts';
import type { Chat } from '../../domain/models.ts';
import type { ChatPage, CloseChat, CreateChat, GetChat, ListChats, NoteActivity } from '../storage.ts';
import { ChatRecord } from './chat-record.ts';
import { expireChat, expireChatsOf, expireSessions } from './house-keeping.ts';
import type { MemoryData } from './memory-data.ts';
import { pageOf } from './ordered.ts';

export function createChat(
  data: MemoryData,
  { chat: settings, maxChats, maxChatsPerUser }: CreateChat,
): Chat | Refusal<'UNAUTHENTICATED' | 'USER_CHAT_LIMIT_REACHED' | 'CHAT_LIMIT_REACHED'> {
  const now = settings.createdAt;
  const creator = data.liveSession(settings.creator.userId, now);
  if (creator === undefined) return new Refusal('UNAUTHENTICATED');

  expireChatsOf(data, creator, now);
  if (!fitsOneMore(creator.openChats.size, maxChatsPerUser)) return new Refusal('USER_CHAT_LIMIT_REACHED');
  while (!fitsOneMore(data.chats.size, maxChats)) {
    if (!expireChat(data, now)) return new Refusal('CHAT_LIMIT_REACHED');
  }
  const chat = new ChatRecord(settings, creator);
  data.addChat(chat);
  chat.visitOf(creator).position = 0;
  return chat.view(now);
}

export function getChat(data: MemoryData, { chatId, activeSince, now }: GetChat): Chat | Refusal<'CHAT_NOT_FOUND'> {
  expireSessions(data, now);
  return data.openChat(chatId, now)?.view(activeSince) ?? new Refusal('CHAT_NOT_FOUND');
}

export function listChats(data: MemoryData, query: ListChats): ChatPage {
  const { activeSince, now } = query;
  expireSessions(data, now);
  const { values, next } = pageOf(data.listedChats, query, (chat) => chat.isOpen(now));
  return { chats: values.map((chat) => chat.view(activeSince)), next };
}

export function closeChat(
  data: MemoryData,
  { chatId, userId, now }: CloseChat,
): Refusal<'CHAT_NOT_FOUND' | 'NOT_CHAT_CREATOR'> | undefined {
  const chat = data.openChat(chatId, now);
  if (chat === undefined) return new Refusal('CHAT_NOT_FOUND');
  if (chat.creator.id !== userId) return new Refusal('NOT_CHAT_CREATOR');
  data.removeChat(chat, now);
  data.chatWatchers.wake(chatId);
  data.userWatchers.wake(userId);
  return undefined;
}

export function noteActivity(data: MemoryData, { chatId, users, now }: NoteActivity): void {
  const chat = data.openChat(chatId, now);
  if (chat === undefined) return;
  for (const { userId } of users) {
    const session = data.liveSession(userId, now);
    if (session !== undefined) chat.activeUsers.note(chat.visitOf(session), now);
  }
}

/** Chats: open, find, list, close, and who is active. What each must do is said at `Storage`. */

import { setImmediate } from 'node:timers/promises';

import { Refusal } from '../../domain/errors.ts';
import { fitsOneMore } from '../../domain/limits.ts';
import type { Chat } from '../../domain/models.ts';
import type { ChatPage, CloseChat, CreateChat, GetChat, ListChats, NoteActivity } from '../storage.ts';
import { ChatRecord } from './chat-record.ts';
import { expireChat, expireChatOf, STEPS_PER_TURN } from './house-keeping.ts';
import type { MemoryData } from './memory-data.ts';
import { cursorOf, pageOf } from './ordered.ts';

export function createChat(
  data: MemoryData,
  { chat: settings, maxChats, maxChatsPerUser }: CreateChat,
): Chat | Refusal<'UNAUTHENTICATED' | 'USER_CHAT_LIMIT_REACHED' | 'CHAT_LIMIT_REACHED'> {
  const now = settings.createdAt;
  const creator = data.liveSession(settings.creator.userId, now);
  if (creator === undefined) return new Refusal('UNAUTHENTICATED');

  while (!fitsOneMore(creator.openChats.size, maxChatsPerUser)) {
    if (!expireChatOf(data, creator, now)) return new Refusal('USER_CHAT_LIMIT_REACHED');
  }
  while (!fitsOneMore(data.chats.size, maxChats)) {
    if (!expireChat(data, now)) return new Refusal('CHAT_LIMIT_REACHED');
  }
  const chat = new ChatRecord(settings, creator);
  data.addChat(chat);
  chat.visitOf(creator).position = 0;
  return chat.view(now);
}

export async function getChat(
  data: MemoryData,
  { chatId, activeSince, now }: GetChat,
): Promise<Chat | Refusal<'CHAT_NOT_FOUND'>> {
  const chat = data.openChat(chatId, now);
  if (chat !== undefined) await expireActiveUsers(chat, now);
  return chat?.isOpen(now) === true ? chat.view(activeSince) : new Refusal('CHAT_NOT_FOUND');
}

export async function listChats(data: MemoryData, query: ListChats): Promise<ChatPage> {
  const { unlisted, activeSince, now } = query;
  const page = pageOf(unlisted ? data.chatsByAge : data.listedChats, query, (chat) => chat.isOpen(now));
  const chats: Chat[] = [];
  let steps = 0;
  for (const chat of page.values) {
    steps += await expireActiveUsers(chat, now);
    if (chat.isOpen(now)) chats.push(chat.view(activeSince));
    // What house-keeping does a moment later is not paid for here: the page is short instead.
    const isEnough = steps >= STEPS_PER_TURN && chat !== page.values.at(-1);
    if (isEnough) return { chats, next: cursorOf(chat.settings) };
  }
  return { chats, next: page.next };
}

/** Takes every user whose session is over at `now` from the active ones of a chat. @returns how many steps that took */
async function expireActiveUsers({ activeUsers }: ChatRecord, now: number): Promise<number> {
  let steps = 0;
  for (;;) {
    const taken = activeUsers.expire(now, STEPS_PER_TURN);
    steps += taken;
    if (taken < STEPS_PER_TURN) return steps;
    await setImmediate();
  }
}

export function closeChat(
  data: MemoryData,
  { chatId, userId, now }: CloseChat,
): Refusal<'CHAT_NOT_FOUND' | 'NOT_CHAT_CREATOR'> | undefined {
  const chat = data.openChat(chatId, now);
  if (chat === undefined) return new Refusal('CHAT_NOT_FOUND');
  if (userId !== undefined && userId !== chat.creator.id) return new Refusal('NOT_CHAT_CREATOR');
  data.removeChat(chat, now);
  data.chatWatchers.wake(chatId);
  data.userWatchers.wake(chat.creator.id);
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

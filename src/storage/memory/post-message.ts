/** Posting: the hot path. Nothing here costs more as a chat grows. */

import { Refusal } from '../../domain/errors.ts';
import type { Message } from '../../domain/models.ts';
import { positionAfterOwnPost } from '../../domain/position.ts';
import type { PostMessage } from '../storage.ts';
import type { ChatRecord } from './chat-record.ts';
import type { MemoryData } from './memory-data.ts';
import type { SessionRecord } from './session-record.ts';

export function postMessage(
  data: MemoryData,
  command: PostMessage,
): Message | Refusal<'UNAUTHENTICATED' | 'CHAT_NOT_FOUND' | 'CHAT_READ_ONLY' | 'MESSAGE_ID_CONFLICT'> {
  const { chatId, author, text, clientMessageId, now } = command;
  const session = data.liveSession(author.userId, now);
  if (session === undefined) return new Refusal('UNAUTHENTICATED');
  const chat = data.openChat(chatId, now);
  if (chat === undefined) return new Refusal('CHAT_NOT_FOUND');
  if (chat.settings.readOnly && chat.creator !== session) return new Refusal('CHAT_READ_ONLY');
  if (clientMessageId !== undefined) {
    const first = chat.retries.find(author.userId, clientMessageId, now);
    if (first !== undefined) return first.text === text ? first : new Refusal('MESSAGE_ID_CONFLICT');
  }
  return append(data, chat, session, command);
}

function append(data: MemoryData, chat: ChatRecord, session: SessionRecord, command: PostMessage): Message {
  const { id, text, sizeBytes, clientMessageId, now } = command;
  const countBefore = chat.log.count;
  const message: Message = {
    id,
    chatId: chat.id,
    seq: chat.log.kept.last + 1,
    author: session.user,
    text,
    sentAt: Math.max(now, chat.log.lastSentAt ?? now),
  };
  chat.log.append(message, sizeBytes);
  data.messageCount += chat.log.count - countBefore;
  data.recentMessages.add(now);

  if (clientMessageId !== undefined) {
    chat.retries.remember(clientMessageId, message);
    data.retryDeadlines.update(chat.retries);
  }
  const visit = chat.visitOf(session);
  if (visit.position !== undefined) visit.position = positionAfterOwnPost(visit.position, message.seq);
  chat.activeUsers.note(visit, now);

  session.noteActivity(now);
  data.sessionDeadlines.update(session);
  data.chatWatchers.wake(chat.id);
  return message;
}

/** Reading: pages, what is unread, and the positions that they move. What each must do is said at `Storage`. */

import { invalidArgument, Refusal } from '../../domain/errors.ts';
import { firstVisitPosition, joins, missedAfter, unreadAfter } from '../../domain/position.ts';
import type {
  FetchUnread,
  ListMessages,
  ListUnreadCounts,
  MarkRead,
  MessagePage,
  MessageRun,
  ReadMessages,
  ReadPosition,
  UnreadCountPage,
  UnreadPage,
} from '../storage.ts';
import type { ChatRecord } from './chat-record.ts';
import type { MemoryData } from './memory-data.ts';
import { pageOf } from './ordered.ts';
import type { Visit } from './visit.ts';

export function listMessages(data: MemoryData, query: ListMessages): MessagePage | Refusal<'CHAT_NOT_FOUND'> {
  const { chatId, user, order, fromSeq, markRead, now } = query;
  const chat = data.openChat(chatId, now);
  if (chat === undefined) return new Refusal('CHAT_NOT_FOUND');
  const { kept } = chat.log;
  const step = order === 'OLDEST_FIRST' ? 1 : -1;
  const [start, end] = step === 1 ? [kept.first, kept.last] : [kept.last, kept.first];
  const messages = chat.log.read(fromSeq === undefined ? start : fromSeq + step, step, query);
  const firstSeq = messages[0]?.seq;
  const lastSeq = messages.at(-1)?.seq;

  const visit = visitNow(data, chat, user.userId, now);
  const before = visit?.position ?? (markRead ? firstVisitPosition(kept) : undefined);
  let position = before;
  if (markRead && before !== undefined && firstSeq !== undefined && lastSeq !== undefined) {
    if (joins(Math.min(firstSeq, lastSeq), before, kept)) position = Math.max(before, firstSeq, lastSeq);
  }
  if (visit !== undefined) visit.position = position;
  return {
    messages,
    nextFromSeq: lastSeq === end ? undefined : lastSeq,
    missed: before === undefined ? 0 : missedAfter(before, kept),
    position,
  };
}

export function fetchUnread(
  data: MemoryData,
  query: FetchUnread,
): UnreadPage | Refusal<'CHAT_NOT_FOUND' | 'INVALID_ARGUMENT'> {
  const { chatId, user, ackSeq, now } = query;
  const chat = data.openChat(chatId, now);
  if (chat === undefined) return new Refusal('CHAT_NOT_FOUND');
  const { kept } = chat.log;
  if (ackSeq !== undefined && ackSeq > kept.last) return beyondTheEnd('ack_seq', kept.last);

  const visit = visitNow(data, chat, user.userId, now);
  const after = Math.max(visit?.position ?? firstVisitPosition(kept), ackSeq ?? 0);
  const messages = chat.log.read(after + 1, 1, query);
  const lastSeq = messages.at(-1)?.seq ?? after;
  const position = ackSeq === undefined ? lastSeq : after;
  if (visit !== undefined) visit.position = position;
  return { messages, hasMore: lastSeq < kept.last, position, missed: missedAfter(after, kept) };
}

export function markRead(
  data: MemoryData,
  { chatId, user, seq, now }: MarkRead,
): ReadPosition | Refusal<'CHAT_NOT_FOUND' | 'INVALID_ARGUMENT'> {
  const chat = data.openChat(chatId, now);
  if (chat === undefined) return new Refusal('CHAT_NOT_FOUND');
  const { kept } = chat.log;
  if (seq > kept.last) return beyondTheEnd('seq', kept.last);

  const visit = visitNow(data, chat, user.userId, now);
  const position = Math.max(visit?.position ?? firstVisitPosition(kept), seq);
  if (visit !== undefined) visit.position = position;
  return { position, unread: unreadAfter(position, kept) };
}

export function listUnreadCounts(data: MemoryData, query: ListUnreadCounts): UnreadCountPage {
  const session = data.liveSession(query.userId, query.now);
  if (session === undefined) return { counts: [], next: undefined };
  const { values, next } = pageOf(
    session.visits,
    query,
    ({ chat, position }) => position !== undefined && chat.isOpen(query.now),
  );
  const counts = values.map(({ chat, position = 0 }) => {
    const { kept } = chat.log;
    const unread = unreadAfter(position, kept);
    return { chatId: chat.id, position, lastSeq: kept.last, unread, missed: missedAfter(position, kept) };
  });
  return { counts, next };
}

export function readMessages(data: MemoryData, query: ReadMessages): MessageRun | Refusal<'CHAT_NOT_FOUND'> {
  const chat = data.openChat(query.chatId, query.now);
  if (chat === undefined) return new Refusal('CHAT_NOT_FOUND');
  const messages = chat.log.read(query.afterSeq + 1, 1, query);
  return { messages, kept: chat.log.kept, expiresAt: chat.expiresAt };
}

/** The user's visit, with activity noted; undefined if the session ended a moment ago and nothing lasting may be made. */
function visitNow(data: MemoryData, chat: ChatRecord, userId: string, now: number): Visit | undefined {
  const session = data.liveSession(userId, now);
  if (session === undefined) return undefined;
  const visit = chat.visitOf(session);
  chat.activeUsers.note(visit, now);
  return visit;
}

function beyondTheEnd(field: string, lastSeq: number): Refusal<'INVALID_ARGUMENT'> {
  return invalidArgument({ field, description: `must be at most ${lastSeq}, the last seq of the chat` });
}

/** Reading: pages, what is unread, and the positions that they move. What each must do is said at `Storage`. */

import { invalidArgument, Refusal } from '../../domain/errors.ts';
import { ACTIVITY_RESOLUTION_MS, MAX_SEQ } from '../../domain/limits.ts';
import type { Message } from '../../domain/models.ts';
import { type Kept, missedAfter, unreadAfter } from '../../domain/position.ts';
import type * as Contract from '../storage.ts';
import { deadlineOf } from './never.ts';
import { pageOf, placeAfter } from './pages.ts';
import type { PostgresData } from './postgres-data.ts';

/** Id, seq, author's id and name, text, time. */
type MessageLine = readonly [string, number, string, string, string, number];

interface KeptLine {
  readonly first_kept: number;
  readonly last_kept: number;
}

interface MessagesLine extends KeptLine {
  readonly messages: readonly MessageLine[];
}

export async function listMessages(
  { database }: PostgresData,
  { chatId, user, order, fromSeq, limit, maxBytes, markRead: isMarked, now }: Contract.ListMessages,
  options?: Contract.CallOptions,
): Promise<Contract.MessagePage | Refusal<'CHAT_NOT_FOUND'>> {
  const isUpwards = order === 'OLDEST_FIRST';
  const from = fromSeq ?? (isUpwards ? 0 : MAX_SEQ);
  const args = [chatId, user.userId, isUpwards, from, limit, maxBytes, isMarked, ACTIVITY_RESOLUTION_MS, now];
  const line = await database.line<
    MessagesLine & { readonly position_before: number | null; readonly position: number | null }
  >('list_messages_v1', args, options);
  if (line === undefined) return new Refusal('CHAT_NOT_FOUND');
  const kept = keptOf(line);
  const messages = messagesOf(chatId, line);
  const lastSeq = messages.at(-1)?.seq;
  return {
    messages,
    nextFromSeq: lastSeq === (isUpwards ? kept.last : kept.first) ? undefined : lastSeq,
    missed: line.position_before === null ? 0 : missedAfter(line.position_before, kept),
    position: line.position ?? undefined,
  };
}

export async function fetchUnread(
  { database }: PostgresData,
  { chatId, user, ackSeq, limit, maxBytes, now }: Contract.FetchUnread,
  options?: Contract.CallOptions,
): Promise<Contract.UnreadPage | Refusal<'CHAT_NOT_FOUND' | 'INVALID_ARGUMENT'>> {
  const args = [chatId, user.userId, ackSeq, limit, maxBytes, ACTIVITY_RESOLUTION_MS, now];
  const line = await database.line<
    MessagesLine & { readonly read_after: number; readonly read_to: number; readonly position: number | null }
  >('fetch_unread_v1', args, options);
  if (line === undefined) return new Refusal('CHAT_NOT_FOUND');
  const kept = keptOf(line);
  if (line.position === null) return beyondTheEnd('ack_seq', kept);
  return {
    messages: messagesOf(chatId, line),
    hasMore: line.read_to < kept.last,
    position: line.position,
    missed: missedAfter(line.read_after, kept),
  };
}

export async function markRead(
  { database }: PostgresData,
  { chatId, user, seq, now }: Contract.MarkRead,
  options?: Contract.CallOptions,
): Promise<Contract.ReadPosition | Refusal<'CHAT_NOT_FOUND' | 'INVALID_ARGUMENT'>> {
  const args = [chatId, user.userId, seq, ACTIVITY_RESOLUTION_MS, now];
  const line = await database.line<KeptLine & { readonly position: number | null }>('mark_read_v1', args, options);
  if (line === undefined) return new Refusal('CHAT_NOT_FOUND');
  const kept = keptOf(line);
  if (line.position === null) return beyondTheEnd('seq', kept);
  return { position: line.position, unread: unreadAfter(line.position, kept) };
}

export async function listUnreadCounts(
  { database }: PostgresData,
  { userId, after, limit, now }: Contract.ListUnreadCounts,
  options?: Contract.CallOptions,
): Promise<Contract.UnreadCountPage> {
  const lines = await database.lines<
    KeptLine & { readonly chat_id: string; readonly chat_created_at: number; readonly position: number }
  >('list_unread_counts_v1', [userId, ...placeAfter(after), limit + 1, now], options);
  const { values, next } = pageOf(lines, limit, (line) => ({ createdAt: line.chat_created_at, chatId: line.chat_id }));
  const counts = values.map((line) => {
    const { position, chat_id: chatId } = line;
    const kept = keptOf(line);
    const unread = unreadAfter(position, kept);
    return { chatId, position, lastSeq: kept.last, unread, missed: missedAfter(position, kept) };
  });
  return { counts, next };
}

export async function readMessages(
  { database }: PostgresData,
  { chatId, afterSeq, limit, maxBytes, now }: Contract.ReadMessages,
  options?: Contract.CallOptions,
): Promise<Contract.MessageRun | Refusal<'CHAT_NOT_FOUND'>> {
  const line = await database.line<MessagesLine & { readonly deadline: number }>(
    'read_messages_v1',
    [chatId, afterSeq, limit, maxBytes, now],
    options,
  );
  if (line === undefined) return new Refusal('CHAT_NOT_FOUND');
  return { messages: messagesOf(chatId, line), kept: keptOf(line), expiresAt: deadlineOf(line.deadline) };
}

function messagesOf(chatId: string, { messages }: MessagesLine): Message[] {
  return messages.map(([id, seq, userId, displayName, text, sentAt]) => ({
    id,
    chatId,
    seq,
    author: { userId, displayName },
    text,
    sentAt,
  }));
}

function keptOf({ first_kept: first, last_kept: last }: KeptLine): Kept {
  return { first, last };
}

function beyondTheEnd(field: string, { last }: Kept): Refusal<'INVALID_ARGUMENT'> {
  return invalidArgument({ field, description: `must be at most ${last}, the last seq of the chat` });
}

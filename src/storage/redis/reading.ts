/** Reading: pages, what is unread, and the positions that they move. What each must do is said at `Storage`. */

import { invalidArgument, Refusal } from '../../domain/errors.ts';
import type { Message } from '../../domain/models.ts';
import { type Kept, missedAfter, unreadAfter } from '../../domain/position.ts';
import type {
  FetchUnread,
  ListMessages,
  MarkRead,
  MessagePage,
  MessageRun,
  ReadMessages,
  ReadPosition,
  UnreadPage,
} from '../storage.ts';
import type { ScriptArguments, Steps } from './operations.ts';
import type { Reply } from './redis-connection.ts';
import { messageOf } from './records.ts';
import { listOf, numberOf, optionalNumberOf, textsOf } from './replies.ts';
import type { ScriptName } from './scripts.ts';
import { KEY_GRACE_MS } from './times.ts';
import { leaveIfEnded, runAsVisitor } from './visiting.ts';

/** Messages that a script takes from the log at once, so that it does not hold many that do not fit. */
const CHUNK = 50;

export async function listMessages(
  steps: Steps,
  query: ListMessages,
): Promise<MessagePage | Refusal<'CHAT_NOT_FOUND'>> {
  const { chatId, order, fromSeq, limit, maxBytes, markRead } = query;
  const isUpward = order === 'OLDEST_FIRST';
  const page = { isUpward, fromSeq, limit, maxBytes, chunk: CHUNK, markRead };
  const reply = await readAs(steps, 'list-messages', query, page);
  if (reply[0] === 'not-found') return new Refusal('CHAT_NOT_FOUND');
  const kept = keptOf(reply);
  const before = optionalNumberOf(reply[3]);
  const [start, end, step] = isUpward ? ([kept.first, kept.last, 1] as const) : ([kept.last, kept.first, -1] as const);
  const from = fromSeq === undefined ? start : fromSeq + step;
  const messages = messagesOf(chatId, isUpward ? Math.max(from, start) : Math.min(from, start), step, reply[5]);
  const lastSeq = messages.at(-1)?.seq;
  return {
    messages,
    nextFromSeq: lastSeq === end ? undefined : lastSeq,
    missed: before === undefined ? 0 : missedAfter(before, kept),
    position: optionalNumberOf(reply[4]),
  };
}

export async function fetchUnread(
  steps: Steps,
  query: FetchUnread,
): Promise<UnreadPage | Refusal<'CHAT_NOT_FOUND' | 'INVALID_ARGUMENT'>> {
  const { chatId, ackSeq, limit, maxBytes } = query;
  const reply = await readAs(steps, 'fetch-unread', query, { ackSeq, limit, maxBytes, chunk: CHUNK });
  if (reply[0] === 'not-found') return new Refusal('CHAT_NOT_FOUND');
  if (reply[0] === 'beyond') return beyondTheEnd('ack_seq', numberOf(reply[1]));
  const kept = keptOf(reply);
  const after = numberOf(reply[3]);
  const messages = messagesOf(chatId, Math.max(after + 1, kept.first), 1, reply[5]);
  const lastSeq = messages.at(-1)?.seq ?? after;
  return { messages, hasMore: lastSeq < kept.last, position: numberOf(reply[4]), missed: missedAfter(after, kept) };
}

export async function markRead(
  steps: Steps,
  query: MarkRead,
): Promise<ReadPosition | Refusal<'CHAT_NOT_FOUND' | 'INVALID_ARGUMENT'>> {
  const reply = await readAs(steps, 'mark-read', query, { seq: query.seq });
  if (reply[0] === 'not-found') return new Refusal('CHAT_NOT_FOUND');
  if (reply[0] === 'beyond') return beyondTheEnd('seq', numberOf(reply[1]));
  const position = numberOf(reply[3]);
  return { position, unread: unreadAfter(position, keptOf(reply)) };
}

export async function readMessages(
  steps: Steps,
  { chatId, afterSeq, limit, maxBytes, now }: ReadMessages,
): Promise<MessageRun | Refusal<'CHAT_NOT_FOUND'>> {
  const reply = listOf(await steps.run('read-messages', chatId, { now, afterSeq, limit, maxBytes, chunk: CHUNK }));
  if (reply[0] === 'not-found') return new Refusal('CHAT_NOT_FOUND');
  const kept = keptOf(reply);
  const messages = messagesOf(chatId, Math.max(afterSeq + 1, kept.first), 1, reply[4]);
  return { messages, kept, expiresAt: numberOf(reply[3]) };
}

/** Runs a script for a reader; one whose session ended a moment ago is answered all the same, and leaves nothing lasting. */
async function readAs(
  steps: Steps,
  script: ScriptName,
  { chatId, user, now }: Pick<FetchUnread, 'chatId' | 'user' | 'now'>,
  args: ScriptArguments,
): Promise<readonly Reply[]> {
  const { userId } = user;
  const all = { ...args, now, user: userId, graceMs: KEY_GRACE_MS };
  const outcome = await runAsVisitor(steps, script, { chatId, userId, now }, all);
  if (outcome === undefined) return listOf(await steps.run(script, chatId, { ...all, isGuest: true }));
  if (outcome.isNew) await leaveIfEnded(steps, chatId, [user]);
  return outcome.reply;
}

/** What follows the first word of an answer about a chat. */
function keptOf([, first, last]: readonly Reply[]): Kept {
  return { first: numberOf(first), last: numberOf(last) };
}

function messagesOf(chatId: string, seq: number, step: 1 | -1, records: Reply | undefined): Message[] {
  return textsOf(records).map((record, index) => messageOf(chatId, seq + index * step, record));
}

function beyondTheEnd(field: string, lastSeq: number): Refusal<'INVALID_ARGUMENT'> {
  return invalidArgument({ field, description: `must be at most ${lastSeq}, the last seq of the chat` });
}

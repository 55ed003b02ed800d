/** One chat as plain arrays: slow, and simple enough to be believed. What every storage must answer like. */

import { encodedSizeBound } from '../../domain/encoded-size.ts';
import type { MessageOrder, User } from '../../domain/models.ts';

/** A message of the model. */
export interface ModelMessage {
  readonly seq: number;
  readonly text: string;
}

interface Sized extends ModelMessage {
  readonly bytes: number;
}

interface Cut {
  readonly limit: number;
  readonly maxBytes: number;
}

/** The messages and positions of one chat. Refusals are `undefined`. */
export class ChatModel {
  readonly #maxMessages: number;
  readonly #trimmed: Sized[] = [];
  readonly #kept: Sized[] = [];
  readonly #positions = new Map<string, number>();

  constructor(creator: User, maxMessages: number) {
    this.#maxMessages = maxMessages;
    this.#positions.set(creator.userId, 0);
  }

  get last(): number {
    return this.#trimmed.length + this.#kept.length;
  }

  post(author: User, text: string): ModelMessage {
    const wasAtEnd = this.#positions.get(author.userId) === this.last;
    const seq = this.last + 1;
    this.#kept.push({ seq, text, bytes: encodedSizeBound(author.displayName, text) });
    while (this.#kept.length > this.#maxMessages) this.#trimmed.push(...this.#kept.splice(0, 1));
    if (wasAtEnd) this.#positions.set(author.userId, seq);
    return { seq, text };
  }

  list(user: User, order: MessageOrder, fromSeq: number | undefined, cut: Cut, markRead: boolean) {
    const newestFirst = order === 'NEWEST_FIRST';
    const ahead = newestFirst
      ? this.#kept.toReversed().filter(({ seq }) => fromSeq === undefined || seq < fromSeq)
      : this.#kept.filter(({ seq }) => fromSeq === undefined || seq > fromSeq);
    const page = cutPage(ahead, cut);

    const before = markRead ? this.#visit(user) : this.#positions.get(user.userId);
    const missed = before === undefined ? 0 : after(before, this.#trimmed).length;
    if (markRead && before !== undefined && page.length > 0) {
      const seqs = page.map(({ seq }) => seq);
      const skipsUnread = after(before, this.#kept).some(({ seq }) => seq < Math.min(...seqs));
      if (!skipsUnread) this.#positions.set(user.userId, Math.max(before, ...seqs));
    }
    const nextFromSeq = page.length < ahead.length ? page.at(-1)?.seq : undefined;
    return { messages: shown(page), nextFromSeq, missed, position: this.#positions.get(user.userId) };
  }

  fetchUnread(user: User, ackSeq: number | undefined, cut: Cut) {
    if (ackSeq !== undefined && ackSeq > this.last) return undefined;
    const position = Math.max(this.#visit(user), ackSeq ?? 0);
    const unread = after(position, this.#kept);
    const messages = cutPage(unread, cut);
    const isPlain = ackSeq === undefined;
    this.#positions.set(user.userId, isPlain ? (messages.at(-1)?.seq ?? position) : position);
    return {
      messages: shown(messages),
      hasMore: messages.length < unread.length,
      position: this.#visit(user),
      missed: after(position, this.#trimmed).length,
    };
  }

  markRead(user: User, seq: number) {
    if (seq > this.last) return undefined;
    const position = Math.max(this.#visit(user), seq);
    this.#positions.set(user.userId, position);
    return { position, unread: after(position, this.#kept).length };
  }

  read(afterSeq: number, cut: Cut) {
    return {
      messages: shown(cutPage(after(afterSeq, this.#kept), cut)),
      kept: { first: this.#trimmed.length + 1, last: this.last },
    };
  }

  /** The unread count of a user; undefined without a position. */
  count(user: User) {
    const position = this.#positions.get(user.userId);
    if (position === undefined) return undefined;
    const [unread, missed] = [after(position, this.#kept).length, after(position, this.#trimmed).length];
    return { position, lastSeq: this.last, unread, missed };
  }

  /** The position of a user, made now if there was none: just before the oldest kept message. */
  #visit({ userId }: User): number {
    const position = this.#positions.get(userId) ?? this.#trimmed.length;
    this.#positions.set(userId, position);
    return position;
  }
}

function after(position: number, messages: readonly Sized[]): readonly Sized[] {
  return messages.filter(({ seq }) => seq > position);
}

/** As many from the start as fit, and at least one. */
function cutPage(messages: readonly Sized[], { limit, maxBytes }: Cut): readonly Sized[] {
  let count = 0;
  let bytes = 0;
  for (const message of messages.slice(0, limit)) {
    bytes += message.bytes;
    if (count > 0 && bytes > maxBytes) break;
    count += 1;
  }
  return messages.slice(0, count);
}

function shown(messages: readonly Sized[]): ModelMessage[] {
  return messages.map(({ seq, text }) => ({ seq, text }));
}

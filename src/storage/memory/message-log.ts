/** The kept messages of one chat: appended at one end, trimmed at the other, read from anywhere. */

import type { Message } from '../../domain/models.ts';
import { keptCount, keptOf, type Kept } from '../../domain/position.ts';

const CHUNK_MESSAGES = 128;

interface Chunk {
  /** By seq; what was trimmed is undefined. */
  readonly messages: (Message | undefined)[];
  readonly sizesBytes: number[];
}

/** How much of a log to read. */
export interface ReadLimits {
  /** At most so many messages. */
  readonly limit: number;
  /** At most so much of their size bounds, but at least one message if there is one. */
  readonly maxBytes: number;
}

/**
 * Appending, trimming and finding a message by its seq cost the same whatever is kept: messages lie in chunks
 * that are found by number and let go one by one, so nothing is ever moved or copied.
 */
export class MessageLog {
  readonly #maxMessages: number;
  readonly #chunks = new Map<number, Chunk>();
  #lastSeq = 0;
  #lastSentAt: number | undefined;

  /** @param maxMessages how many messages are kept; 0: all */
  constructor(maxMessages: number) {
    this.#maxMessages = maxMessages;
  }

  /** The seqs that are kept. */
  get kept(): Kept {
    return keptOf(this.#lastSeq, this.#maxMessages);
  }

  /** How many messages are kept. */
  get count(): number {
    return keptCount(this.kept);
  }

  /** When the last message was sent; absent before the first. */
  get lastSentAt(): number | undefined {
    return this.#lastSentAt;
  }

  /** Appends the message with the next seq, and trims the one that it displaces. */
  append(message: Message, sizeBytes: number): void {
    const number = chunkNumber(message.seq);
    let chunk = this.#chunks.get(number);
    if (chunk === undefined) {
      chunk = { messages: [], sizesBytes: [] };
      this.#chunks.set(number, chunk);
    }
    chunk.messages.push(message);
    chunk.sizesBytes.push(sizeBytes);
    this.#lastSeq = message.seq;
    this.#lastSentAt = message.sentAt;
    this.#trim(this.kept.first - 1);
  }

  /** Kept messages from `seq` on, upwards or downwards; a `seq` that is not kept stands for the nearest one in that direction. */
  read(seq: number, step: 1 | -1, { limit, maxBytes }: ReadLimits): Message[] {
    const { first, last } = this.kept;
    const messages: Message[] = [];
    let bytes = 0;
    let at = step === 1 ? Math.max(seq, first) : Math.min(seq, last);
    for (; at >= first && at <= last && messages.length < limit; at += step) {
      const chunk = this.#chunks.get(chunkNumber(at));
      const message = chunk?.messages[slot(at)];
      bytes += chunk?.sizesBytes[slot(at)] ?? 0;
      if (message === undefined || (bytes > maxBytes && messages.length > 0)) break;
      messages.push(message);
    }
    return messages;
  }

  /** Lets go of every message, for a chat that is closed. */
  clear(): void {
    this.#chunks.clear();
  }

  #trim(seq: number): void {
    if (seq === 0) return;
    const chunk = this.#chunks.get(chunkNumber(seq));
    if (chunk !== undefined) chunk.messages[slot(seq)] = undefined;
    if (slot(seq) === CHUNK_MESSAGES - 1) this.#chunks.delete(chunkNumber(seq));
  }
}

function chunkNumber(seq: number): number {
  return Math.floor((seq - 1) / CHUNK_MESSAGES);
}

function slot(seq: number): number {
  return (seq - 1) % CHUNK_MESSAGES;
}

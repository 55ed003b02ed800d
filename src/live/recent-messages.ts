/** The messages that some live stream of a chat has not been handed yet, as events that equal streams share. */

import { messageSizeBound } from '../domain/encoded-size.ts';
import { MAX_EVENT_BYTES } from '../domain/limits.ts';
import type { Message } from '../domain/models.ts';
import type { LiveEvent } from './events.ts';

/** Messages that travel in one event. */
export interface Batch {
  readonly event: LiveEvent;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** An event of one or more messages of successive seqs; undefined for none. */
export function batchOf(messages: readonly Message[]): Batch | undefined {
  const first = messages[0];
  const last = messages.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { event: { type: 'messages', messages }, firstSeq: first.seq, lastSeq: last.seq };
}

/** A run of messages up to the chat's last one. */
export class RecentMessages {
  readonly #messages: Message[] = [];
  /** For each message, what `bytes` was before it was added. */
  readonly #bytesBefore: number[] = [];
  #bytes = 0;
  /** By the seq that they follow. */
  readonly #batches = new Map<number, Batch>();

  /** The size bounds of all messages that were ever added: the difference of two values is what came in between. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds messages whose seqs follow those that are here. */
  add(messages: readonly Message[]): void {
    this.#batches.clear();
    for (const message of messages) {
      this.#messages.push(message);
      this.#bytesBefore.push(this.#bytes);
      this.#bytes += messageSizeBound(message);
    }
  }

  /**
   * The messages after a seq, as many as fit an event; undefined if there are none. Until something is added, the
   * same object for the same seq.
   */
  after(seq: number): Batch | undefined {
    const known = this.#batches.get(seq);
    if (known !== undefined) return known;
    const start = this.#indexAfter(seq);
    const batch = batchOf(this.#messages.slice(start, this.#cut(start)));
    if (batch !== undefined) this.#batches.set(seq, batch);
    return batch;
  }

  /** What `bytes` was after the message of this seq, which is here or was the last one. */
  bytesUpTo(seq: number): number {
    return this.#bytesUpToIndex(this.#indexAfter(seq));
  }

  /** Forgets the messages up to a seq. */
  dropThrough(seq: number): void {
    const count = this.#indexAfter(seq);
    if (count === 0) return;
    this.#messages.splice(0, count);
    this.#bytesBefore.splice(0, count);
    if (this.#messages.length === 0) this.#batches.clear();
  }

  #indexAfter(seq: number): number {
    const firstSeq = this.#messages[0]?.seq ?? seq + 1;
    return Math.max(0, seq + 1 - firstSeq);
  }

  /** Where an event that starts at this index ends. */
  #cut(start: number): number {
    const upToBytes = this.#bytesUpToIndex(start) + MAX_EVENT_BYTES;
    let end = start + 1;
    while (end < this.#messages.length && this.#bytesUpToIndex(end + 1) <= upToBytes) end++;
    return end;
  }

  #bytesUpToIndex(index: number): number {
    return this.#bytesBefore[index] ?? this.#bytes;
  }
}

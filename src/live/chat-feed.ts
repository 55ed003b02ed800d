/** What the open streams and waits of this instance on one chat share: one watch, one read of what is new. */

import { setImmediate as turnOver } from 'node:timers/promises';
import { Refusal } from '../domain/errors.ts';
import { isOver, NEVER } from '../domain/lifetime.ts';
import {
  MAX_EVENT_BYTES,
  MAX_PAGE_SIZE,
  MAX_SEQ,
  MAX_STREAM_QUEUE_BYTES,
  MAX_STREAM_QUEUE_MESSAGES,
} from '../domain/limits.ts';
import type { User } from '../domain/models.ts';
import type { MessageRun } from '../storage/storage.ts';
import { ActivityNotes } from './activity-notes.ts';
import { Follower } from './follower.ts';
import type { LiveContext } from './live-context.ts';
import type { LiveStream } from './live-stream.ts';
import { batchOf, RecentMessages, type Batch } from './recent-messages.ts';
import type { Wait } from './wait.ts';

/** Follows one chat. */
export class ChatFeed {
  /** What the live streams have not all been handed yet. */
  readonly recent = new RecentMessages();
  /** Woken when something was posted and when the chat has closed. */
  readonly waits = new Set<Wait>();
  readonly activity: ActivityNotes;
  readonly #context: LiveContext;
  readonly #chatId: string;
  readonly #follower: Follower;
  readonly #streams = new Set<LiveStream>();
  /** Reads that have not been answered yet, by the seq they read after. */
  readonly #reads = new Map<number, Promise<Batch | undefined>>();
  #lastSeq = 0;
  #expiresAt = NEVER;
  #isClosed = false;

  constructor(context: LiveContext, chatId: string) {
    this.#context = context;
    this.#chatId = chatId;
    this.activity = new ActivityNotes(context, chatId, () => this.#readers());
    this.#follower = new Follower(context, { chatId }, () => this.#look());
  }

  /** Resolves when no later post can go unnoticed. */
  get opened(): Promise<void> {
    return this.#follower.opened;
  }

  /** The last seq that the streams have been told of. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Whether the chat has closed, or nobody uses the feed any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The chat's last seq now, or undefined when it has closed. */
  async findLastSeq(): Promise<number | undefined> {
    const run = await this.#read(MAX_SEQ, 1, MAX_EVENT_BYTES);
    if (run === undefined) return undefined;
    if (run.kept.last > this.#lastSeq) this.#follower.wake();
    return Math.max(run.kept.last, this.#lastSeq);
  }

  add(stream: LiveStream): void {
    this.#streams.add(stream);
    this.activity.start();
  }

  remove(stream: LiveStream): void {
    this.#streams.delete(stream);
  }

  /**
   * Reads what is kept after a seq, as much as fits an event; what several streams ask for at one time is read once. Undefined
   * when there is nothing, or it could not be read: the streams are pumped again a little later.
   */
  readAfter(seq: number): Promise<Batch | undefined> {
    let read = this.#reads.get(seq);
    if (read === undefined) {
      read = this.#readBatch(seq);
      this.#reads.set(seq, read);
    }
    return read;
  }

  /** Lets go of everything, also of the messages: a stream whose reader is stuck may hold the feed itself for long. */
  close(): void {
    this.#isClosed = true;
    this.#follower.close();
    this.activity.stop();
    this.recent.dropThrough(MAX_SEQ);
  }

  /** Reads what is new, once for all streams, as far as streams may have it waiting. */
  async #look(): Promise<number> {
    if (isOver(this.#expiresAt, this.#context.clock.now())) {
      // The deadline of a chat never moves: this holds also while the storage does not answer.
      this.#chatClosed();
      return NEVER;
    }
    const afterSeq = this.#streams.size === 0 ? MAX_SEQ : this.#lastSeq;
    const run = await this.#read(afterSeq, MAX_STREAM_QUEUE_MESSAGES, MAX_STREAM_QUEUE_BYTES);
    if (run === undefined) return NEVER;
    this.#expiresAt = run.expiresAt;
    const isNews = run.kept.last > this.#lastSeq;
    if (isNews) this.#takeIn(run);
    this.#pumpStreams();
    if (isNews) this.#wakeWaits();
    return run.expiresAt;
  }

  /** Messages that are no longer kept are not shown to those who have not got them yet. */
  #takeIn({ messages, kept }: MessageRun): void {
    this.recent.dropThrough(kept.first - 1);
    if (messages.at(-1)?.seq === kept.last) {
      this.recent.add(messages);
    } else {
      // More than may wait at once: every stream reads it in its own time.
      this.recent.dropThrough(kept.last);
      for (const stream of this.#streams) stream.replay();
    }
    this.#lastSeq = kept.last;
  }

  #pumpStreams(): void {
    let forgetThrough = this.#lastSeq;
    for (const stream of this.#streams) {
      stream.pump();
      forgetThrough = Math.min(forgetThrough, stream.mayForgetThrough);
    }
    this.recent.dropThrough(forgetThrough);
  }

  async #readBatch(seq: number): Promise<Batch | undefined> {
    try {
      // Those who ask in this turn of the event loop are many after a reconnection of all.
      await turnOver();
      let lastSeq: number;
      let run: MessageRun | undefined;
      do {
        lastSeq = this.#lastSeq;
        run = await this.#read(seq, MAX_PAGE_SIZE, MAX_EVENT_BYTES);
        // Nothing may have been there to read before what the streams were told of meanwhile: nobody will tell them again.
      } while (run?.messages.length === 0 && this.#lastSeq > lastSeq);
      return run && batchOf(run.messages);
    } catch (error) {
      this.#follower.readFailed(error);
      return undefined;
    } finally {
      this.#reads.delete(seq);
    }
  }

  async #read(afterSeq: number, limit: number, maxBytes: number): Promise<MessageRun | undefined> {
    const { storage, clock } = this.#context;
    const run = await storage.readMessages({ chatId: this.#chatId, afterSeq, limit, maxBytes, now: clock.now() });
    if (this.#isClosed) return undefined;
    if (!(run instanceof Refusal)) return run;
    this.#chatClosed();
    return undefined;
  }

  #chatClosed(): void {
    this.close();
    for (const stream of this.#streams) stream.end('CHAT_CLOSED');
    this.#wakeWaits();
  }

  #wakeWaits(): void {
    for (const wait of this.waits) wait.wake();
  }

  #readers(): readonly User[] {
    const users = new Map<string, User>();
    for (const { user } of this.#streams) users.set(user.userId, user);
    return [...users.values()];
  }
}

/** Posts that arrive together travel together: they wait while earlier batches are on their way, and then go as one. */

import { StorageUnavailableError, type CancelSignal } from '../storage.ts';
import type { StorageTracer, TracePlace } from '../storage-tracer.ts';
import { CALL_LIMIT_MS } from './database.ts';

/** How posts travel. */
export interface BatchLimits {
  /** Batches on their way at one time. */
  readonly inFlight: number;
  /** Posts in one batch. */
  readonly posts: number;
  /** Bytes of posts in one batch, unless one alone is larger. */
  readonly bytes: number;
}

/** What is asked of a post besides what it says. */
export interface Batched {
  /** Posts of one chat go one after the other, in the order in which they came. */
  readonly chatId: string;
  readonly sizeBytes: number;
}

interface Waiting<Post, Answer> {
  readonly post: Post;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
  /** For whom it is, to whoever traces. */
  readonly place: TracePlace | undefined;
  isDropped: boolean;
}

/** Sends a batch in one of the slots `0 … inFlight - 1`. @returns for each post, in their order, what answers it or throws */
export type SendBatch<Post, Answer> = (posts: readonly Post[], slot: number) => Promise<readonly (() => Answer)[]>;

/** Makes batches. A chat whose posts are on their way has none in another batch, which would only wait for the first. */
export class PostBatcher<Post extends Batched, Answer> {
  readonly #send: SendBatch<Post, Answer>;
  readonly #limits: BatchLimits;
  readonly #tracer: StorageTracer | undefined;
  /** By chat, the one that waits longest first. */
  readonly #waiting = new Map<string, Waiting<Post, Answer>[]>();
  readonly #busyChats = new Set<string>();
  readonly #freeSlots: number[];
  /** Posts without an answer yet. */
  readonly #unanswered = new Set<Promise<Answer>>();
  #isScheduled = false;

  constructor(limits: BatchLimits, send: SendBatch<Post, Answer>, tracer?: StorageTracer) {
    this.#limits = limits;
    this.#tracer = tracer;
    this.#send = send;
    this.#freeSlots = Array.from({ length: limits.inFlight }, (_, slot) => slot);
  }

  /**
   * Adds a post. One whose signal is aborted before its batch goes rejects with the reason.
   * @throws StorageUnavailableError if it has no answer in time; if its batch had gone by then, what came of it is unknown.
   */
  async add(post: Post, signal?: CancelSignal): Promise<Answer> {
    const answer = this.#enqueue(post, signal);
    this.#unanswered.add(answer);
    try {
      return await answer;
    } finally {
      this.#unanswered.delete(answer);
    }
  }

  /** Resolves once every post has its answer. */
  async settled(): Promise<void> {
    while (this.#unanswered.size > 0) await Promise.allSettled(this.#unanswered);
  }

  #enqueue(post: Post, signal: CancelSignal | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        waiting.isDropped = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiting: Waiting<Post, Answer> = {
        post,
        resolve: (answer) => {
          settle();
          resolve(answer);
        },
        reject: (reason) => {
          settle();
          reject(reason);
        },
        place: this.#tracer?.here(),
        isDropped: false,
      };
      const onAbort = (): void => {
        if (!this.#hasGone(waiting)) waiting.reject(signal?.reason);
      };
      const late = (): void => waiting.reject(new StorageUnavailableError('PostgreSQL did not answer in time'));
      const timer = setTimeout(late, CALL_LIMIT_MS);
      signal?.addEventListener('abort', onAbort);

      const ofChat = this.#waiting.get(post.chatId);
      if (ofChat === undefined) this.#waiting.set(post.chatId, [waiting]);
      else ofChat.push(waiting);
      this.#schedule();
    });
  }

  #hasGone(waiting: Waiting<Post, Answer>): boolean {
    return this.#waiting.get(waiting.post.chatId)?.includes(waiting) !== true;
  }

  /** At the end of the turn: posts of the same turn go together also when nothing else is on its way. */
  #schedule(): void {
    if (this.#isScheduled || this.#freeSlots.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#sendWaiting();
    });
  }

  #sendWaiting(): void {
    while (this.#freeSlots.length > 0) {
      const batch = this.#take();
      const slot = batch.length === 0 ? undefined : this.#freeSlots.pop();
      if (slot === undefined) return;
      void this.#sendBatch(batch, slot);
    }
  }

  async #sendBatch(batch: readonly Waiting<Post, Answer>[], slot: number): Promise<void> {
    const chats = new Set(batch.map(({ post }) => post.chatId));
    for (const chatId of chats) this.#busyChats.add(chatId);
    try {
      const posts = batch.map(({ post }) => post);
      const send = (): ReturnType<SendBatch<Post, Answer>> => this.#send(posts, slot);
      const places = batch.map(({ place }) => place);
      const answers = await (this.#tracer === undefined ? send() : this.#tracer.together(places, send));
      for (const [index, waiting] of batch.entries()) answer(waiting, answers[index]);
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    } finally {
      for (const chatId of chats) this.#busyChats.delete(chatId);
      this.#freeSlots.push(slot);
      this.#schedule();
    }
  }

  /** Takes the posts of the next batch out of those that wait. */
  #take(): Waiting<Post, Answer>[] {
    const batch: Waiting<Post, Answer>[] = [];
    let bytes = 0;
    for (const [chatId, posts] of this.#waiting) {
      if (this.#busyChats.has(chatId)) continue;
      let taken = 0;
      let isFull = false;
      for (const waiting of posts) {
        if (!waiting.isDropped) {
          const isTooMuch = bytes + waiting.post.sizeBytes > this.#limits.bytes;
          isFull = batch.length > 0 && (isTooMuch || batch.length === this.#limits.posts);
          if (isFull) break;
          batch.push(waiting);
          bytes += waiting.post.sizeBytes;
        }
        taken += 1;
      }
      if (taken === 0) break;
      // What is left of it waits behind the others.
      this.#waiting.delete(chatId);
      if (taken < posts.length) this.#waiting.set(chatId, posts.slice(taken));
      if (isFull) break;
    }
    return batch;
  }
}

function answer<Post, Answer>(waiting: Waiting<Post, Answer>, take: (() => Answer) | undefined): void {
  try {
    if (take === undefined) throw new Error('a post was left without an answer');
    waiting.resolve(take());
  } catch (error) {
    waiting.reject(error);
  }
}

/**
 * What this handle has posted, told to the server's statistics a moment later and for many posts at once. Before a handle posts to a chat
 * it leaves a mark there; who dies before telling leaves the mark, and house-keeping on any handle then asks the chat.
 */

import { randomBytes } from 'node:crypto';

import { RECENT_RESOLUTION_MS, RECENT_WINDOW_MS } from '../../domain/limits.ts';
import type { Operations, Steps } from './operations.ts';
import type { Reply } from './redis-connection.ts';

/** How late other handles may learn of a post. */
const REPORT_AFTER_MS = 500;
/** Rows in one report, unless one chat has more: scripts are to be short, and take only so many arguments. */
const MAX_ROWS_PER_REPORT = 200;
/** Buckets of a chat that wait to be told: as many as the window reaches, and one for all that is older. */
const MAX_BUCKETS = RECENT_WINDOW_MS / RECENT_RESOLUTION_MS + 2;

/** The bucket of time in which what happens at `now` is counted. */
export function bucketOf(now: number): number {
  return Math.floor(now / RECENT_RESOLUTION_MS);
}

/** The first bucket that the window reaches at `now`. */
export function oldestBucket(now: number): number {
  return bucketOf(now) - RECENT_WINDOW_MS / RECENT_RESOLUTION_MS;
}

interface ChatCounts {
  /** The mark, which no other has, and when it is there, or is known to have failed. */
  readonly mark: string;
  readonly marked: Promise<void>;
  /** Posts on their way. */
  underWay: number;
  /** The highest seq by bucket of time, and how many messages were kept then; in the order of the posts. */
  readonly buckets: Map<number, { seq: number; kept: number }>;
}

/** Counts the posts of one handle. */
export class PostCounts {
  readonly #operations: Operations;
  readonly #handleId = randomBytes(6).toString('hex');
  #chats = new Map<string, ChatCounts>();
  #latest = 0;
  #marks = 0;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #reporting: Promise<void> = Promise.resolve();
  /** The report that has not begun, if there is one. */
  #nextReport: Promise<void> | undefined;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  /** Announces a post. @returns once the mark is there, which is to be awaited before the post is acknowledged; it never rejects */
  begin(chatId: string, now: number, steps: Steps): Promise<void> {
    let counts = this.#chats.get(chatId);
    if (counts === undefined) {
      const mark = `${chatId}|${this.#handleId}|${++this.#marks}`;
      counts = {
        mark,
        // Without the mark a crash costs a figure, until the next post to the chat brings it up to date.
        marked: steps.command('ZADD', 'server', '', 'unreported', String(now), mark).then(ignore, ignore),
        underWay: 0,
        buckets: new Map(),
      };
      this.#chats.set(chatId, counts);
    }
    counts.underWay += 1;
    this.#latest = Math.max(this.#latest, now);
    return counts.marked;
  }

  /** The announced post is done or has failed. */
  end(chatId: string): void {
    const counts = this.#chats.get(chatId);
    if (counts !== undefined) counts.underWay -= 1;
    this.#reportSoon();
  }

  /** Notes a post. */
  note(chatId: string, seq: number, kept: number, now: number): void {
    const buckets = this.#chats.get(chatId)?.buckets;
    if (buckets === undefined) return;
    const bucket = buckets.get(bucketOf(now));
    if (bucket === undefined) buckets.set(bucketOf(now), { seq, kept });
    else if (seq > bucket.seq) Object.assign(bucket, { seq, kept });
    // The one after it tells how far the chat had come before the window.
    const [oldest] = buckets.keys();
    if (buckets.size > MAX_BUCKETS && oldest !== undefined) buckets.delete(oldest);
  }

  /** Tells what was noted. @throws StorageUnavailableError; it is told again later */
  report(): Promise<void> {
    // One that has not begun tells all that was noted until now.
    if (this.#nextReport === undefined) {
      this.#nextReport = this.#reporting
        .catch(() => {})
        .then(() => {
          this.#nextReport = undefined;
          return this.#report();
        });
      this.#reporting = this.#nextReport;
    }
    return this.#nextReport;
  }

  /** Tells what is left, if that is possible; else house-keeping finds it by its marks. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.report().catch(() => {});
  }

  #reportSoon(): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // What fails stays noted, and the next one tells it.
      this.report().catch(() => this.#reportSoon());
    }, REPORT_AFTER_MS).unref();
  }

  async #report(): Promise<void> {
    const all = [...this.#chats];
    let items: typeof all = [];
    let rows = 0;
    for (const item of all) {
      const own = item[1].buckets.size + 1;
      if (items.length > 0 && rows + own > MAX_ROWS_PER_REPORT) {
        await this.#reportSome(items);
        items = [];
        rows = 0;
      }
      items.push(item);
      rows += own;
    }
    if (items.length > 0) await this.#reportSome(items);
  }

  async #reportSome(items: readonly (readonly [chatId: string, counts: ChatCounts])[]): Promise<void> {
    const rest: string[] = [];
    const told: (readonly [counts: ChatCounts, bucket: number, seq: number])[] = [];
    for (const [chatId, counts] of items) {
      // The next post leaves a mark of its own.
      const isDone = counts.underWay === 0;
      if (isDone) this.#chats.delete(chatId);
      for (const [bucket, { seq, kept }] of counts.buckets) {
        rest.push(chatId, String(kept), String(seq), String(bucket), '', '');
        told.push([counts, bucket, seq]);
      }
      rest.push(chatId, '0', '0', '0', counts.mark, isDone ? '' : String(this.#latest));
    }
    try {
      await this.#send(rest);
    } catch (error) {
      this.#takeBack(items);
      throw error;
    }
    for (const [counts, bucket, seq] of told)
      if (counts.buckets.get(bucket)?.seq === seq) counts.buckets.delete(bucket);
  }

  #send(rest: readonly string[]): Promise<Reply> {
    const args = { oldestBucket: oldestBucket(this.#latest) };
    return this.#operations.run(undefined, (steps) => steps.run('report-posts', '', args, rest));
  }

  /** Keeps what could not be told, with what came meanwhile. */
  #takeBack(items: readonly (readonly [chatId: string, counts: ChatCounts])[]): void {
    for (const [chatId, counts] of items) {
      const meanwhile = this.#chats.get(chatId);
      if (meanwhile === undefined) this.#chats.set(chatId, counts);
      else if (meanwhile !== counts) {
        for (const [bucket, { seq, kept }] of counts.buckets) {
          const later = meanwhile.buckets.get(bucket);
          if (later === undefined || later.seq < seq) meanwhile.buckets.set(bucket, { seq, kept });
        }
      }
    }
  }
}

function ignore(): void {}

/** The chat of a mark. */
export function markedChatOf(mark: string): string {
  return mark.slice(0, mark.indexOf('|'));
}

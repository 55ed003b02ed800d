/** One open stream: hands what its reader has not seen to a sink, one event at a time. */

import { MAX_END_DELIVERY_MS, MAX_STREAM_QUEUE_BYTES, MAX_STREAM_QUEUE_MESSAGES } from '../domain/limits.ts';
import type { User } from '../domain/models.ts';
import type { Api } from '../service/calls.ts';
import type { Clock } from '../service/clock.ts';
import type { ChatFeed } from './chat-feed.ts';
import type { EndReason, EventSink, LiveEvent } from './events.ts';
import type { LiveMeter, StreamEnding } from './live-meter.ts';
import type { Batch } from './recent-messages.ts';

/** What a stream is made of. */
export interface StreamStart {
  readonly api: Api;
  readonly user: User;
  readonly feed: ChatFeed;
  readonly sink: EventSink;
  readonly clock: Clock;
  readonly meter: LiveMeter;
  /** The seq to start after. */
  readonly afterSeq: number;
  /** The chat's last seq when the stream was asked for: so far goes what its reader must be given before `caught-up`. */
  readonly lastSeq: number;
  /** When it ends with SERVER_GOING_AWAY if nothing has ended it sooner; may be NEVER. */
  readonly endsAt: number;
  /** Called once, when the stream is over: it holds nothing then but an event that its sink has not taken yet. */
  readonly onOver: (ending: StreamEnding) => void;
}

/**
 * A stream replays by reading pages, each when the one before was taken, until it has come to the end of the chat. From
 * then on it is live: the feed has the messages that it has not been handed, and ends it when they become too many.
 */
export class LiveStream {
  readonly user: User;
  readonly #feed: ChatFeed;
  readonly #sink: EventSink;
  readonly #clock: Clock;
  readonly #meter: LiveMeter;
  readonly #api: Api;
  readonly #lastSeqAtStart: number;
  readonly #onOver: (ending: StreamEnding) => void;
  #cursor: number;
  /** The feed's count of bytes when it had the message at the cursor; of a live stream. */
  #cursorBytes = 0;
  #isLive = false;
  #caughtUpMark: 'later' | 'next' | 'sent' = 'later';
  /** What follows the cursor, behind a gap that the reader is just being told about. */
  #held: Batch | undefined;
  /** An event is with the sink, or the stream has not begun. */
  #isBusy = true;
  #isReading = false;
  #isOver = false;
  #endEvent: LiveEvent | undefined;
  #cancelCut = (): void => {};
  readonly #cancelAge: () => void;

  constructor({ api, user, feed, sink, clock, meter, afterSeq, lastSeq, endsAt, onOver }: StreamStart) {
    this.user = user;
    this.#feed = feed;
    this.#sink = sink;
    this.#clock = clock;
    this.#meter = meter;
    this.#api = api;
    this.#cursor = afterSeq;
    this.#lastSeqAtStart = lastSeq;
    this.#onOver = onOver;
    this.#cancelAge = clock.wakeAt(endsAt, () => this.end('SERVER_GOING_AWAY'));
    this.#goLiveAtTheEnd();
  }

  /** For all it needs, the feed may forget the messages up to this seq. */
  get mayForgetThrough(): number {
    return this.#isLive ? this.#cursor : Infinity;
  }

  /** Lets the first event go to the sink. */
  begin(): void {
    this.#taken();
  }

  /** Hands over the next event, if there is one and the sink has taken the one before. */
  pump(): void {
    if (this.#isOver) return;
    if (this.#isBusy) {
      if (this.#isLive && this.#isTooFarBehind()) this.end('READER_TOO_SLOW');
      return;
    }
    if (this.#caughtUpMark === 'next') {
      this.#caughtUpMark = 'sent';
      this.#send({ type: 'caught-up', seq: this.#cursor });
      return;
    }
    const batch = this.#held ?? (this.#isLive ? this.#feed.recent.after(this.#cursor) : undefined);
    if (batch !== undefined) this.#deliver(batch);
    else if (!this.#isLive) void this.#readOn();
  }

  /** Takes a live stream back to replaying, because the feed has not got what it needs. */
  replay(): void {
    this.#isLive = false;
  }

  /**
   * Ends the stream: the `end` event follows as soon as the sink has taken what it has. A reader that has not taken all
   * of it some time later is cut, or it would hold its call and what is on its way for as long as it likes.
   */
  end(reason: EndReason): void {
    if (this.#isOver) return;
    this.#endEvent = { type: 'end', reason, seq: this.#cursor };
    this.#cancelCut = this.#clock.wakeAt(this.#clock.now() + MAX_END_DELIVERY_MS, () => {
      this.#meter.readerCut(this.#api);
      this.#sink.cut();
    });
    this.#leave(reason);
    if (!this.#isBusy) this.#sendEnd(this.#endEvent);
  }

  /** The reader is gone: nothing is handed over any more. */
  abandon(): void {
    this.#endEvent = undefined;
    this.#cancelCut();
    if (!this.#isOver) this.#leave('READER_GONE');
  }

  #leave(ending: StreamEnding): void {
    this.#isOver = true;
    this.#isLive = false;
    this.#held = undefined;
    this.#cancelAge();
    this.#onOver(ending);
  }

  #deliver(batch: Batch): void {
    const { event, firstSeq, lastSeq } = batch;
    const missed = firstSeq - 1 - this.#cursor;
    if (missed > 0) {
      this.#cursor = firstSeq - 1;
      this.#held = batch;
      this.#send({ type: 'missed', count: missed, seq: this.#cursor });
      return;
    }
    this.#cursor = lastSeq;
    this.#held = undefined;
    if (this.#isLive) this.#cursorBytes = this.#feed.recent.bytesUpTo(lastSeq);
    else this.#goLiveAtTheEnd();
    this.#meter.delivered(this.#api, lastSeq - firstSeq + 1);
    this.#send(event);
  }

  #send(event: LiveEvent): void {
    this.#isBusy = true;
    this.#sink.send(event, this.#taken);
  }

  readonly #taken = (): void => {
    this.#isBusy = false;
    if (this.#endEvent !== undefined) this.#sendEnd(this.#endEvent);
    else this.pump();
  };

  #sendEnd(event: LiveEvent): void {
    this.#endEvent = undefined;
    this.#isBusy = true;
    this.#sink.send(event, this.#cancelCut);
    this.#sink.end();
  }

  #isTooFarBehind(): boolean {
    return (
      this.#feed.lastSeq - this.#cursor > MAX_STREAM_QUEUE_MESSAGES ||
      this.#feed.recent.bytes - this.#cursorBytes > MAX_STREAM_QUEUE_BYTES
    );
  }

  async #readOn(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const batch = await this.#feed.readAfter(this.#cursor);
    this.#isReading = false;
    if (this.#isOver) return;
    if (batch !== undefined) this.#deliver(batch);
    else if (this.#goLiveAtTheEnd()) this.pump();
  }

  /** At the end of the chat the feed has, or will have, everything that follows. @returns whether it is there. */
  #goLiveAtTheEnd(): boolean {
    if (this.#cursor < Math.max(this.#lastSeqAtStart, this.#feed.lastSeq)) return false;
    this.#isLive = true;
    this.#cursorBytes = this.#feed.recent.bytes;
    if (this.#caughtUpMark === 'later') this.#caughtUpMark = 'next';
    return true;
  }
}

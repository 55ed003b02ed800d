/** The open streams and waits of this instance, from their first look at the storage to their end. */

import { invalidArgument, Refusal } from '../domain/errors.ts';
import { fitsOneMore } from '../domain/limits.ts';
import type { Caller } from '../service/calls.ts';
import { ChatFeed } from './chat-feed.ts';
import type { EventSink } from './events.ts';
import { Held } from './held.ts';
import type { Live } from './live.ts';
import type { LiveContext } from './live-context.ts';
import { LiveStream, type StreamStart } from './live-stream.ts';
import { SessionWatch } from './session-watch.ts';
import { Wait } from './wait.ts';

/** The live side of one instance. */
export interface LiveHub extends Live {
  /** Streams that have begun and not ended. */
  readonly openStreams: number;
  /** Chats followed at present: those with open streams or waits. */
  readonly openFeeds: number;
  /**
   * Lets no stream begin any more, ends all waits, and all streams in random order with SERVER_GOING_AWAY. A reader that
   * has not taken its last event yet is told when it has: whoever closes its connection decides how long that may take.
   */
  shutdown(): Promise<void>;
}

/** Makes the live side of one instance. It holds watches and timers only while streams or waits are open. */
export function createLiveHub(context: LiveContext): LiveHub {
  return new Hub(context);
}

/** The place of a stream or a wait: at its session and at its chat. */
interface Place {
  readonly session: SessionWatch;
  readonly feed: ChatFeed;
  readonly opened: Promise<unknown>;
  readonly release: () => void;
}

class Hub implements LiveHub {
  readonly #context: LiveContext;
  readonly #feeds = new Held<ChatFeed>();
  readonly #sessions = new Held<SessionWatch>();
  readonly #streams = new Set<LiveStream>();
  readonly #waits = new Set<Wait>();
  #isShuttingDown = false;

  constructor(context: LiveContext) {
    this.#context = context;
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  get openFeeds(): number {
    return this.#feeds.size;
  }

  async subscribe(
    caller: Caller,
    { chatId, afterSeq }: Parameters<Live['subscribe']>[1],
    sink: EventSink,
  ): ReturnType<Live['subscribe']> {
    if (this.#isShuttingDown) return new Refusal('SHUTTING_DOWN');
    const place = this.#hold(caller, chatId);
    let stream: LiveStream | undefined;
    try {
      await place.opened;
      const lastSeq = await place.feed.findLastSeq();
      if (caller.signal.aborted) return undefined;
      // From here to the stream in its place nothing may come in between: the limit is exact.
      if (this.#isShuttingDown) return new Refusal('SHUTTING_DOWN');
      if (place.session.hasEnded) return new Refusal('UNAUTHENTICATED');
      if (lastSeq === undefined || place.feed.isClosed) return new Refusal('CHAT_NOT_FOUND');
      if (afterSeq !== undefined && afterSeq > lastSeq) {
        return invalidArgument({ field: 'after_seq', description: `must be at most the chat's last seq, ${lastSeq}` });
      }
      if (!fitsOneMore(place.session.streams.size, this.#context.limits.maxStreamsPerSession)) {
        return new Refusal('TOO_MANY_STREAMS');
      }
      stream = this.#open(caller, place, { sink, lastSeq, afterSeq: afterSeq ?? lastSeq });
    } finally {
      if (stream === undefined) place.release();
    }
    await place.feed.activity.note([stream.user]);
    setImmediate(() => stream.begin());
    return undefined;
  }

  async waitFor<T>(
    caller: Caller,
    { chatId, waitMs }: Parameters<Live['waitFor']>[1],
    attempt: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const { clock } = this.#context;
    if (this.#isShuttingDown || caller.signal.aborted) return undefined;
    const wait = new Wait();
    const place = this.#hold(caller, chatId);
    const cancelWakeUp = clock.wakeAt(clock.now() + waitMs, wait.end);
    caller.signal.addEventListener('abort', wait.end);
    this.#waits.add(wait);
    try {
      await place.opened;
      place.session.bells.add(wait.ring);
      place.feed.bells.add(wait.ring);
      return await wait.repeat(attempt);
    } finally {
      cancelWakeUp();
      caller.signal.removeEventListener('abort', wait.end);
      this.#waits.delete(wait);
      place.session.bells.delete(wait.ring);
      place.feed.bells.delete(wait.ring);
      place.release();
    }
  }

  async shutdown(): Promise<void> {
    this.#isShuttingDown = true;
    for (const wait of this.#waits) wait.end();
    for (const stream of shuffle([...this.#streams])) stream.end('SERVER_GOING_AWAY');
  }

  /** Counts one more user of a session and a chat, until released. */
  #hold(caller: Caller, chatId: string): Place {
    const { userId } = caller.user;
    const session = this.#sessions.hold(userId, () => new SessionWatch(this.#context, caller));
    const feed = this.#feeds.hold(chatId, () => new ChatFeed(this.#context, chatId));
    const release = (): void => {
      this.#sessions.release(userId);
      this.#feeds.release(chatId);
    };
    return { session, feed, opened: Promise.all([session.opened, feed.opened]), release };
  }

  /** Puts a stream in its place, which it gives back when it is over. */
  #open(caller: Caller, place: Place, start: Pick<StreamStart, 'sink' | 'afterSeq' | 'lastSeq'>): LiveStream {
    const { session, feed, release } = place;
    const onOver = (): void => {
      this.#streams.delete(stream);
      session.streams.delete(stream);
      feed.remove(stream);
      release();
    };
    const stream = new LiveStream({ ...start, user: caller.user, feed, onOver });
    this.#streams.add(stream);
    session.streams.add(stream);
    feed.add(stream);
    caller.signal.addEventListener('abort', () => stream.abandon(), { once: true });
    return stream;
  }
}

/** Clients that are sent away come back elsewhere: in an order that says nothing about who came first. */
function shuffle<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

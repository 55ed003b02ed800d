/** The open streams and waits of this instance, from their first look at the storage to their end. */

import { invalidArgument, Refusal } from '../domain/errors.ts';
import { NEVER } from '../domain/lifetime.ts';
import { fitsOneMore } from '../domain/limits.ts';
import type { Caller } from '../service/calls.ts';
import type { CancelSignal } from '../storage/storage.ts';
import { ChatFeed } from './chat-feed.ts';
import { endSpread } from './end-spread.ts';
import type { EventSink } from './events.ts';
import type { Live } from './live.ts';
import type { LiveContext } from './live-context.ts';
import { NO_LIVE_METER, type LiveMeter, type StreamEnding } from './live-meter.ts';
import { LiveStream, type StreamStart } from './live-stream.ts';
import { RefCounted } from './ref-counted.ts';
import { SessionWatch } from './session-watch.ts';
import { Wait } from './wait.ts';

/** Streams that began together must not all come back together: by so much of it their age differs, up and down. */
const AGE_JITTER = 0.1;

/** The live side of one instance. */
export interface LiveHub extends Live {
  /** Streams that have begun and not ended. */
  readonly openStreams: number;
  /** Chats followed at present: those with open streams or waits. */
  readonly openFeeds: number;
  /**
   * Lets no stream begin any more, ends all waits, and all streams with SERVER_GOING_AWAY: in random order, over at most
   * `spreadMs`, at once if that is absent. A reader that has not taken its last event yet is told when it has: whoever closes its connection decides
   * how long that may take.
   */
  shutdown(spreadMs?: number): Promise<void>;
}

/** What the live side is made from. */
export interface LiveHubOptions extends Omit<LiveContext, 'meter'> {
  readonly meter?: LiveMeter;
}

/** Makes the live side of one instance. It holds watches and timers only while streams or waits are open. */
export function createLiveHub(options: LiveHubOptions): LiveHub {
  return new Hub({ meter: NO_LIVE_METER, ...options });
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
  readonly #feeds = new RefCounted<ChatFeed>();
  readonly #sessions = new RefCounted<SessionWatch>();
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
    const place = this.#takePlace(caller, chatId);
    let stream: LiveStream | undefined;
    try {
      const lastSeq = await unlessGone(caller.signal, findLastSeq(place));
      if (caller.signal.aborted) return undefined;
      // From here to the stream in its place nothing may come in between: the limit is exact.
      if (this.#isShuttingDown) return new Refusal('SHUTTING_DOWN');
      if (place.session.hasEnded) return new Refusal('UNAUTHENTICATED');
      if (lastSeq === undefined || place.feed.isClosed) return new Refusal('CHAT_NOT_FOUND');
      if (afterSeq !== undefined && afterSeq > lastSeq) {
        return invalidArgument({ field: 'after_seq', description: `must be at most the chat's last seq, ${lastSeq}` });
      }
      if (!this.#hasRoomFor(place.session)) return new Refusal('TOO_MANY_STREAMS');
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
  ): Promise<T | Refusal<'TOO_MANY_STREAMS'> | undefined> {
    const { clock, meter } = this.#context;
    if (this.#isShuttingDown || caller.signal.aborted) return undefined;
    const wait = new Wait();
    const place = this.#takePlace(caller, chatId);
    const cancelWakeUp = clock.wakeAt(clock.now() + waitMs, () => wait.end());
    this.#waits.add(wait);
    meter.waitBegan(caller.api);
    try {
      return await unlessGone(caller.signal, this.#wait(wait, place, attempt));
    } finally {
      wait.end();
      cancelWakeUp();
      this.#waits.delete(wait);
      meter.waitEnded(caller.api);
      place.session.waits.delete(wait);
      place.feed.waits.delete(wait);
      place.release();
    }
  }

  async shutdown(spreadMs = 0): Promise<void> {
    this.#isShuttingDown = true;
    for (const wait of this.#waits) wait.end();
    await endSpread(this.#streams, spreadMs, (stream) => stream.end('SERVER_GOING_AWAY'));
  }

  /** Counts one more user of a session and a chat, until released. */
  #takePlace(caller: Caller, chatId: string): Place {
    const { userId } = caller.user;
    const session = this.#sessions.acquire(userId, () => new SessionWatch(this.#context, caller));
    const feed = this.#feeds.acquire(chatId, () => new ChatFeed(this.#context, chatId));
    const release = (): void => {
      this.#sessions.release(userId);
      this.#feeds.release(chatId);
    };
    return { session, feed, opened: Promise.all([session.opened, feed.opened]), release };
  }

  /** Whether the session may hold one more stream or wait. */
  #hasRoomFor({ heldCalls }: SessionWatch): boolean {
    return fitsOneMore(heldCalls, this.#context.limits.maxStreamsPerSession);
  }

  /** Waits in its place. Where there is no room it is refused only if an attempt finds nothing: other refusals win. */
  async #wait<T>(
    wait: Wait,
    { session, feed, opened }: Place,
    attempt: () => Promise<T | undefined>,
  ): Promise<T | Refusal<'TOO_MANY_STREAMS'> | undefined> {
    await opened;
    if (wait.isOver) return undefined;
    if (!this.#hasRoomFor(session)) return (await attempt()) ?? new Refusal('TOO_MANY_STREAMS');
    session.waits.add(wait);
    feed.waits.add(wait);
    return await wait.repeat(attempt);
  }

  /** Puts a stream in its place, which it gives back when it is over. */
  #open(caller: Caller, place: Place, start: Pick<StreamStart, 'sink' | 'afterSeq' | 'lastSeq'>): LiveStream {
    const { session, feed, release } = place;
    const { clock, meter, maxStreamAgeMs = NEVER } = this.#context;
    const { api, user } = caller;
    const onOver = (ending: StreamEnding): void => {
      meter.streamEnded(api, ending);
      this.#streams.delete(stream);
      session.streams.delete(stream);
      feed.remove(stream);
      release();
    };
    const endsAt = clock.now() + maxStreamAgeMs * (1 + AGE_JITTER * (2 * Math.random() - 1));
    const stream = new LiveStream({ ...start, api, user, feed, clock, meter, endsAt, onOver });
    meter.streamBegan(api);
    this.#streams.add(stream);
    session.streams.add(stream);
    feed.add(stream);
    caller.signal.addEventListener('abort', () => stream.abandon());
    return stream;
  }
}

/** The last seq of a chat once its feed is there; undefined when it has closed. */
async function findLastSeq({ feed, opened }: Place): Promise<number | undefined> {
  await opened;
  return await feed.findLastSeq();
}

/** What the work comes to, or undefined as soon as the caller is gone: whoever asked must not be held by a storage that hangs. */
async function unlessGone<T>(signal: CancelSignal, work: Promise<T>): Promise<T | undefined> {
  const { promise: gone, resolve } = Promise.withResolvers<undefined>();
  const onAbort = (): void => resolve(undefined);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, gone]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

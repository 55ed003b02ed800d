/** Keeps up with one topic of the storage: looks when woken, when a deadline passes, and now and then in any case. */

import { NEVER } from '../domain/lifetime.ts';
import type { WatchTopic } from '../storage/storage.ts';
import type { LiveContext } from './live-context.ts';

/** A look that nothing asked for, in case a notification was lost. */
const LOOK_EVERY_MS = 20_000;
/** After a failure, doubled with each further one. */
const MIN_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

type State = 'scheduled' | 'looking' | 'looking, woken again' | 'idle' | 'closed';

/**
 * Calls `look` after each change of the topic, one at a time. Changes of one turn of the event loop, and changes during a
 * look, are one further look. A look that fails is repeated with growing pauses; only the first one's failure is
 * handed on, by `opened`.
 */
export class Follower {
  /** Resolves when the topic is watched and has been looked at once. */
  readonly opened: Promise<void>;
  readonly #context: LiveContext;
  readonly #look: () => Promise<number>;
  #state: State = 'looking';
  /** In this outage: the pause grows with them. */
  #failures = 0;
  /** When there will be a look because of a failure; NEVER if none has happened since the last look began. */
  #retryAt = NEVER;
  #hasReadFailed = false;
  #unwatch = (): void => {};
  #cancelWakeUp = (): void => {};

  /** @param look returns the time at which something will change by itself. */
  constructor(context: LiveContext, topic: WatchTopic, look: () => Promise<number>) {
    this.#context = context;
    this.#look = look;
    this.opened = this.#open(topic);
  }

  /** Asks for a look. */
  wake(): void {
    if (this.#state === 'looking') this.#state = 'looking, woken again';
    if (this.#state !== 'idle') return;
    this.#state = 'scheduled';
    setImmediate(() => void this.#lookAgain());
  }

  /** Reports that reading the topic's data failed: there will be a look a little later, one for all reports until then. */
  readFailed(error: unknown): void {
    this.#hasReadFailed = true;
    this.#retryAfter(error);
  }

  /** Lets go of everything; no look begins any more. */
  close(): void {
    this.#state = 'closed';
    this.#cancelWakeUp();
    this.#unwatch();
  }

  /** Watches first and looks then, so that nothing in between is lost. */
  async #open(topic: WatchTopic): Promise<void> {
    const unwatch = await this.#context.storage.watch(topic, () => this.wake());
    if (this.#isClosed()) return unwatch();
    this.#unwatch = unwatch;
    const changesAt = await this.#look();
    this.#looked(changesAt);
  }

  async #lookAgain(): Promise<void> {
    if (this.#state !== 'scheduled') return;
    this.#state = 'looking';
    this.#retryAt = NEVER;
    // This look may succeed and the same read fail again: the outage goes on.
    const isForRead = this.#hasReadFailed;
    this.#hasReadFailed = false;
    try {
      const changesAt = await this.#look();
      if (!isForRead) this.#failures = 0;
      this.#looked(changesAt);
    } catch (error) {
      this.#retryAfter(error);
      this.#rest();
    }
  }

  #retryAfter(error: unknown): void {
    if (this.#isClosed() || this.#retryAt !== NEVER) return;
    const { clock, log } = this.#context;
    // One line for the whole of an outage: there may be many followers.
    if (this.#failures === 0) log.warn({ err: error }, 'reading for open streams failed, trying again');
    this.#retryAt = clock.now() + Math.min(MIN_RETRY_MS * 2 ** this.#failures, MAX_RETRY_MS);
    this.#failures++;
    this.#wakeAt(this.#retryAt);
  }

  #looked(changesAt: number): void {
    if (this.#isClosed()) return;
    this.#wakeAt(Math.min(changesAt, this.#context.clock.now() + LOOK_EVERY_MS, this.#retryAt));
    this.#rest();
  }

  #rest(): void {
    if (this.#isClosed()) return;
    const isWokenAgain = this.#state === 'looking, woken again';
    this.#state = 'idle';
    if (isWokenAgain) this.wake();
  }

  #wakeAt(at: number): void {
    this.#cancelWakeUp();
    this.#cancelWakeUp = this.#context.clock.wakeAt(at, () => this.wake());
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}

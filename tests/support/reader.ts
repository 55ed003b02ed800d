/** The far end of a stream: keeps what it is sent, and insists on the order that a stream promises. */

import type { EventSink, LiveEvent } from '../../src/live/events.ts';

export interface ReaderOptions {
  /** Takes an event only when told to by `take`. */
  readonly isSlow?: boolean;
}

export class Reader implements EventSink {
  readonly events: LiveEvent[] = [];
  #isSlow: boolean;
  #taken: (() => void) | undefined;
  #hasEnded = false;
  #isCut = false;
  #notify = (): void => {};

  constructor({ isSlow = false }: ReaderOptions = {}) {
    this.#isSlow = isSlow;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether it was given up; what it had not taken then is lost. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Whether an event waits to be taken. */
  get isBusy(): boolean {
    return this.#taken !== undefined;
  }

  /** The seqs of all messages received. */
  get seqs(): readonly number[] {
    return this.events.flatMap((event) => (event.type === 'messages' ? event.messages.map(({ seq }) => seq) : []));
  }

  /** The last seq that any event reaches; undefined before the first event. */
  get reached(): number | undefined {
    const event = this.events.at(-1);
    return event?.type === 'messages' ? event.messages.at(-1)?.seq : event?.seq;
  }

  /** Everything but the messages. */
  get marks(): readonly LiveEvent[] {
    return this.events.filter(({ type }) => type !== 'messages');
  }

  send(event: LiveEvent, taken: () => void): void {
    if (this.#taken !== undefined) throw new Error('an event was sent before the one before was taken');
    if (this.events.at(-1)?.type === 'end') throw new Error('an event was sent after the last one');
    this.events.push(event);
    this.#taken = taken;
    if (!this.#isSlow) queueMicrotask(() => this.take());
    this.#notify();
  }

  end(): void {
    if (this.events.at(-1)?.type !== 'end') throw new Error('ended without saying so');
    if (this.#hasEnded) throw new Error('ended twice');
    this.#hasEnded = true;
    this.#notify();
  }

  cut(): void {
    if (this.#isCut) throw new Error('cut twice');
    this.#isCut = true;
    this.#taken = undefined;
  }

  /** Takes the event that waits, if one does. */
  take(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  /** Takes what waits, and from now on everything at once. */
  hurry(): void {
    this.#isSlow = false;
    this.take();
  }

  /** Resolves when what was received is as asked for. */
  async until(isEnough: (reader: this) => boolean): Promise<void> {
    while (!isEnough(this)) {
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }

  /** Resolves when the message of this seq is here. */
  async untilSeq(seq: number): Promise<void> {
    await this.until(({ seqs }) => seqs.at(-1) === seq);
  }

  async untilEnd(): Promise<void> {
    await this.until(({ hasEnded }) => hasEnded);
  }
}

/** The event that says that everything kept has been delivered. */
export function caughtUp(seq: number): LiveEvent {
  return { type: 'caught-up', seq };
}

/** Keeps what comes on a stream, and checks what a stream promises. */

import type { Message } from '../../src/gen/http/index.ts';
import { wrongWithEvent } from './answer-check.ts';
import { Unsound, type Attempt, type Json } from './exchange.ts';
import { lastSeqOf, type Facts } from './facts.ts';
import { expectRun } from './judge.ts';

/** One event. */
export interface StreamEvent {
  /** As in the HTTP contract. */
  readonly type: string;
  /** The last seq that it covers. */
  readonly id: number;
  readonly data: Json;
}

/** The reader of a stream that has begun. */
export class StreamReader {
  readonly attempt: Attempt;
  readonly #events: StreamEvent[] = [];
  readonly #afterSeq: number | undefined;
  readonly #hangUp: () => void;
  #isOver = false;
  #isCancelled = false;
  #notify = (): void => {};

  /**
   * @param afterSeq where it starts; absent: from now
   * @param hangUp leaves it
   */
  constructor(attempt: Attempt, afterSeq: number | undefined, hangUp: () => void) {
    this.attempt = attempt;
    this.#afterSeq = afterSeq;
    this.#hangUp = hangUp;
  }

  /** An event has come. */
  take(event: StreamEvent): void {
    this.#events.push(event);
    this.#notify();
  }

  /** Nothing comes any more. */
  over(): void {
    this.#isOver = true;
    this.#notify();
  }

  /** Hangs up. */
  cancel(): void {
    this.#isCancelled = true;
    this.#hangUp();
  }

  /** Waits for all that must come, and checks it. @throws Unsound */
  async check(facts: Facts): Promise<void> {
    if (!this.#isCancelled) await this.#untilEnough(facts);
    const { chat, session } = this.attempt;
    let reached = this.#afterSeq;
    for (const [index, { type, id, data }] of this.#events.entries()) {
      const fault = wrongWithEvent(type, data);
      if (fault !== undefined) throw new Unsound(`event ${type}: ${fault}`, this.attempt);
      const { messages = [], seq, count } = data as { messages?: readonly Message[]; seq?: number; count?: number };
      const last = messages.at(-1)?.seq ?? seq;
      if (id !== last) throw new Unsound(`id ${id} of an event that reaches ${last}`, this.attempt);
      const from = messages[0]?.seq ?? (type === 'missed' ? seq! - count! + 1 : undefined);
      if (from !== undefined && reached !== undefined && from !== reached + 1) {
        throw new Unsound(`seq ${from} after ${reached}`, this.attempt);
      }
      if (from === undefined && reached !== undefined && seq !== reached)
        throw new Unsound(`${type} at ${seq} after ${reached}`, this.attempt);
      expectRun(chat!, messages, 1, this.attempt);
      reached = last;
      if (type === 'end') this.#checkEnd(data, index, facts.isLive(session!), facts.isOpen(chat!));
    }
    if (this.#events.filter(({ type }) => type === 'caught-up').length > 1)
      throw new Unsound('caught up twice', this.attempt);
  }

  #checkEnd({ reason }: Json, index: number, isLive: boolean, isOpen: boolean): void {
    const isRight = reason === 'CHAT_CLOSED' ? !isOpen : reason === 'SESSION_ENDED' && !isLive;
    if (!isRight) throw new Unsound(`ended with ${String(reason)} for no reason`, this.attempt);
    if (index < this.#events.length - 1) throw new Unsound('an event after the end', this.attempt);
  }

  async #untilEnough(facts: Facts): Promise<void> {
    const { chat, session } = this.attempt;
    const lastSeq = lastSeqOf(chat!);
    const hasEnough = (): boolean => {
      if (!facts.isOpen(chat!) || !facts.isLive(session!)) return this.#isOver;
      return (
        this.#isOver ||
        (this.#events.some(({ type }) => type === 'caught-up') && (this.#events.at(-1)?.id ?? 0) >= lastSeq)
      );
    };
    while (!hasEnough()) {
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
    if (this.#isOver && this.#events.at(-1)?.type !== 'end') throw new Unsound('a stream broke off', this.attempt);
  }
}

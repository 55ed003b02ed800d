/** A reader of one chat who holds a stream to what it promises, and goes on where one has ended. */

import { type Caller, CallFailed, type Heard } from './callers.ts';

/** How one stream ended. */
export interface Ending {
  readonly reason: string;
  /** The seq to resume after. */
  readonly seq: number;
}

export class Listener {
  readonly chatId: string;
  /** Everything heard, in the order in which it came. */
  readonly heard: Heard[] = [];
  /** What a stream must never do: a sentence for each time. */
  readonly faults: string[] = [];
  /** How its streams ended that said so. */
  readonly endings: Ending[] = [];
  /** Streams that were refused or broke off, by what happened. */
  readonly failures: CallFailed[] = [];
  #onProgress = (): void => {};
  #isCaughtUp = false;

  constructor(chatId: string) {
    this.chatId = chatId;
  }

  /** The last seq heard. */
  get seq(): number {
    return this.heard.at(-1)?.seq ?? 0;
  }

  /** Whether a stream has begun, and all of the chat was heard by then. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** Follows the chat from where it is, until the stream ends in whatever way. */
  async follow(caller: Caller): Promise<void> {
    try {
      for await (const item of caller.follow(this.chatId, this.seq)) {
        if (item.type === 'messages') for (const message of item.messages) this.#take(message);
        else if (item.type === 'missed') this.faults.push(`a stream says that it missed messages up to ${item.seq}`);
        else if (item.type === 'caught-up') this.#isCaughtUp = true;
        else if (item.type === 'end') this.#end(item);
        this.#onProgress();
      }
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      this.failures.push(error);
    }
    this.#onProgress();
  }

  /** Resolves once it is as asked for, or something is wrong. */
  async until(isEnough: (listener: this) => boolean): Promise<void> {
    while (!isEnough(this) && this.faults.length === 0) {
      await new Promise<void>((resolve) => {
        this.#onProgress = resolve;
      });
    }
  }

  #take(message: Heard): void {
    if (message.seq !== this.seq + 1) this.faults.push(`a stream gave ${message.seq} after ${this.seq}`);
    this.heard.push(message);
  }

  #end({ reason, seq }: Ending): void {
    if (seq !== this.seq) this.faults.push(`a stream is to be resumed after ${seq}, but had come to ${this.seq}`);
    this.endings.push({ reason, seq });
  }
}

/** A reader of one chat who never lets go: where a stream breaks off, the next one resumes. */

import { MessageService, type Message, type SubscribeResponse } from '../../../src/gen/veche/v1/message_pb.js';
import type { ResponseStream } from '../../support/grpc-client.ts';
import type { Fleet } from './fleet.ts';
import { isPassing, pause } from './retrying.ts';

/** Whom a follower reads as, what, and where. */
export interface FollowerOptions {
  readonly token: string;
  readonly chatId: string;
  /** The instance that it begins at. */
  readonly instance: number;
  /** Whether it goes to the next instance when a stream ends, instead of waiting for the same one to be back. */
  readonly wanders: boolean;
}

export class Follower {
  readonly chatId: string;
  /** Everything received, in the order in which it came. */
  readonly messages: Message[] = [];
  /** What a stream must never do. */
  readonly faults: string[] = [];
  /** How many streams it took. */
  streams = 0;
  readonly #fleet: Fleet;
  readonly #options: FollowerOptions;
  readonly #finished: Promise<void>;
  #stream: ResponseStream<SubscribeResponse> | undefined;
  #isStopped = false;
  #onProgress = (): void => {};

  constructor(fleet: Fleet, options: FollowerOptions) {
    this.#fleet = fleet;
    this.#options = options;
    this.chatId = options.chatId;
    this.#finished = this.#run();
  }

  /** The last seq received. */
  get seq(): number {
    return Number(this.messages.at(-1)?.seq ?? 0n);
  }

  /** Resolves once it has everything up to a seq. */
  async reached(seq: number): Promise<void> {
    while (this.seq < seq && this.faults.length === 0) {
      await Promise.race([new Promise<void>((resolve) => (this.#onProgress = resolve)), this.#finished]);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stream?.cancel();
    await this.#finished;
  }

  async #run(): Promise<void> {
    let { instance } = this.#options;
    while (!this.#isStopped) {
      try {
        this.streams++;
        await this.#follow(instance);
      } catch (error) {
        isPassing(error);
      }
      if (this.#options.wanders) instance++;
      if (!this.#isStopped) await pause();
    }
  }

  async #follow(instance: number): Promise<void> {
    const { chatId, token } = this.#options;
    const request = { chatId, afterSeq: BigInt(this.seq) };
    this.#stream = this.#fleet.client(instance).stream(MessageService.method.subscribe, request, { token });
    for await (const { event } of this.#stream) {
      if (event.case === 'messages') for (const message of event.value.messages) this.#take(message);
      else if (event.case === 'missed') this.faults.push(`a stream missed ${event.value.count} messages`);
      this.#onProgress();
    }
  }

  #take(message: Message): void {
    if (Number(message.seq) !== this.seq + 1) this.faults.push(`a stream gave ${message.seq} after ${this.seq}`);
    this.messages.push(message);
  }
}

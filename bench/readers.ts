/** Open streams that count what they get and check that nothing is missing, twice or out of order. */

import { fromBinary } from '@bufbuild/protobuf';
import { MessageService, SubscribeResponseSchema, type SubscribeResponse } from '../src/gen/veche/v1/message_pb.js';
import { Connection, prepareCall, unframe } from './connection.ts';

const STREAMS_PER_CONNECTION = 50;

export class Readers {
  readonly #connections: Connection[] = [];
  /** Each reader's last seq. */
  readonly #lastSeqs: bigint[] = [];
  #lastFrame: Buffer = Buffer.alloc(0);
  #lastEvent: SubscribeResponse | undefined;
  /** Deliveries, or readers that have caught up, still to come. */
  #awaited = 0;
  #done: (() => void) | undefined;
  #failed: ((error: unknown) => void) | undefined;

  /** Opens the connections for as many streams as there are tokens, without a stream yet. */
  static async connect(port: number, count: number): Promise<Readers> {
    const readers = new Readers();
    readers.#connections.push(...(await Connection.openMany(port, Math.ceil(count / STREAMS_PER_CONNECTION))));
    return readers;
  }

  /** Opens one stream for each token; resolves when all of them are live. */
  subscribe(chatId: string, tokens: readonly string[]): Promise<void> {
    const live = this.#expect(tokens.length);
    for (const [reader, token] of tokens.entries()) {
      const connection = this.#connections[reader % this.#connections.length] as Connection;
      const call = prepareCall(MessageService.method.subscribe, { chatId }, token);
      connection
        .stream(
          call,
          unframe((frame) => this.#receive(reader, frame)),
        )
        .then(
          () => this.#failed?.(new Error('a stream has ended')),
          (error: unknown) => this.#failed?.(error),
        );
    }
    return live;
  }

  /** Resolves when every reader has received `count` more messages. Ask before they are posted. */
  receive(count: number): Promise<void> {
    return this.#expect(count * this.#lastSeqs.length);
  }

  close(): void {
    this.#failed = undefined;
    for (const connection of this.#connections) connection.close();
  }

  #expect(count: number): Promise<void> {
    this.#awaited += count;
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
    });
  }

  #receive(reader: number, frame: Buffer): void {
    const { event } = this.#decode(frame);
    if (event.case === 'caughtUp') {
      this.#lastSeqs[reader] = event.value.seq;
      this.#awaited -= 1;
    } else if (event.case === 'messages') {
      for (const { seq } of event.value.messages) {
        if (seq !== (this.#lastSeqs[reader] ?? 0n) + 1n) this.#failed?.(new Error(`seq ${seq} is out of order`));
        this.#lastSeqs[reader] = seq;
      }
      this.#awaited -= event.value.messages.length;
    } else {
      this.#failed?.(new Error(`a stream was sent ${event.case}`));
    }
    if (this.#awaited === 0) this.#done?.();
  }

  /** All readers get the same frames, so that most need no decoding. */
  #decode(frame: Buffer): SubscribeResponse {
    if (this.#lastEvent === undefined || !frame.equals(this.#lastFrame)) {
      this.#lastFrame = Buffer.from(frame);
      this.#lastEvent = fromBinary(SubscribeResponseSchema, frame);
    }
    return this.#lastEvent;
  }
}

/** Open streams that count what they get and check that nothing is missing, twice or out of order. */

import { connectMany, type Api, type Connection, type StreamEvent } from './api.ts';

export class Readers<Call> {
  readonly #api: Api<Call>;
  readonly #connections: readonly Connection<Call>[];
  /** Each reader's last seq. */
  readonly #lastSeqs: number[] = [];
  #lastBytes: Buffer = Buffer.alloc(0);
  #lastEvent: StreamEvent | undefined;
  /** Deliveries, or readers that have caught up, still to come. */
  #awaited = 0;
  #done: (() => void) | undefined;
  #failed: ((error: unknown) => void) | undefined;

  private constructor(api: Api<Call>, connections: readonly Connection<Call>[]) {
    this.#api = api;
    this.#connections = connections;
  }

  /** Opens the connections for as many streams as will be asked for, without a stream yet. */
  static async connect<Call>(api: Api<Call>, port: number, count: number): Promise<Readers<Call>> {
    return new Readers(api, await connectMany(api, port, Math.ceil(count / api.streamsPerConnection)));
  }

  /** Opens one stream for each token; resolves when all of them are live. */
  subscribe(chatId: string, tokens: readonly string[]): Promise<void> {
    const live = this.#expect(tokens.length);
    for (const [reader, token] of tokens.entries()) {
      const connection = this.#connections[reader % this.#connections.length] as Connection<Call>;
      connection
        .subscribe(token, chatId, (bytes) => this.#receive(reader, bytes))
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

  #receive(reader: number, bytes: Buffer): void {
    const event = this.#read(bytes);
    if (event?.type === 'caught-up') {
      this.#lastSeqs[reader] = event.seq;
      this.#awaited -= 1;
    } else if (event?.type === 'messages') {
      for (const seq of event.seqs) {
        if (seq !== (this.#lastSeqs[reader] ?? 0) + 1) this.#failed?.(new Error(`seq ${seq} is out of order`));
        this.#lastSeqs[reader] = seq;
      }
      this.#awaited -= event.seqs.length;
    }
    if (this.#awaited === 0) this.#done?.();
  }

  /** All readers get the same bytes, so that most need no decoding. */
  #read(bytes: Buffer): StreamEvent | undefined {
    if (!bytes.equals(this.#lastBytes)) {
      this.#lastBytes = Buffer.from(bytes);
      this.#lastEvent = this.#api.readEvent(bytes);
    }
    return this.#lastEvent;
  }
}

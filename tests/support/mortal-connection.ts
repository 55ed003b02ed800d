/** A connection to Redis that can be paused between two commands, or broken off there for good. */

import type { RedisConnection } from '../../src/storage/redis/redis-connection.ts';

/** The connection of a process that dies: so many commands are sent, then none. */
export class MortalConnection implements RedisConnection {
  readonly #connection: RedisConnection;
  stepsLeft = Infinity;
  /** What a command fails with before it is sent, if it does. */
  refuse: (key: string, command: readonly string[]) => Error | undefined = () => undefined;
  #stepsBeforePause = Infinity;
  #resumed: Promise<void> = Promise.resolve();
  readonly #reached = Promise.withResolvers<void>();

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  /** Resolves when the pause is reached. */
  get paused(): Promise<void> {
    return this.#reached.promise;
  }

  /** So many commands are sent at once, the next when the returned function is called. */
  pauseAfter(steps: number): () => void {
    this.#stepsBeforePause = steps;
    const resumed = Promise.withResolvers<void>();
    this.#resumed = resumed.promise;
    return resumed.resolve;
  }

  async send(key: string, command: string[]) {
    if (this.#stepsBeforePause === 0) {
      this.#reached.resolve();
      await this.#resumed;
    }
    this.#stepsBeforePause -= 1;
    if (this.stepsLeft === 0) throw new Error('the process has died');
    this.stepsLeft -= 1;
    const refusal = this.refuse(key, command);
    if (refusal !== undefined) throw refusal;
    return this.#connection.send(key, command);
  }

  sendToAll(command: string[]) {
    return this.#connection.sendToAll(command);
  }

  subscribe(channel: string, onMessage: () => void) {
    return this.#connection.subscribe(channel, onMessage);
  }

  unsubscribe(channel: string, onMessage: () => void) {
    return this.#connection.unsubscribe(channel, onMessage);
  }

  onResume(listener: () => void) {
    this.#connection.onResume(listener);
  }

  close() {
    this.#connection.close();
  }
}

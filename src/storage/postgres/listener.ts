/** The one connection of a handle that listens: made again when it is lost, and then everybody looks what they missed. */

import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from 'pg';

import { StorageUnavailableError } from '../storage.ts';
import type { StorageLog } from '../storage-log.ts';
import { connectTo } from './connection.ts';
import { CALL_LIMIT_MS } from './database.ts';

/** Waits between attempts to listen again: the first at once, then longer and longer. */
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;
/** How often a connection on which nothing comes is asked whether it still lives, and how long it may take to say so. */
const PROBE_EVERY_MS = 5_000;
const PROBE_LIMIT_MS = 3_000;

/** What a listener is for. */
export interface ListenerOptions {
  readonly url: string;
  readonly channel: string;
  readonly log: StorageLog;
  /** Takes what a notification says. */
  readonly onNote: (payload: string) => void;
  /** Called whenever notifications may have been lost. */
  readonly onGap: () => void;
}

/** Listens until it is closed. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #closing = new AbortController();
  #client: Client | undefined;
  /** Resolves once it listens. */
  #listening = Promise.withResolvers<void>();
  #running: Promise<void> = Promise.resolve();

  private constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Listens on a connection that is its own from now on. @throws as the driver does if that cannot be done */
  static async start(client: Client, options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    await listener.#listenOn(client);
    listener.#running = listener.#keepListening(client);
    return listener;
  }

  /** Resolves while it listens, or once it does again. @throws StorageUnavailableError if that takes too long */
  async ready(): Promise<void> {
    const limit = new AbortController();
    const late = sleep(CALL_LIMIT_MS, undefined, { signal: limit.signal }).then(
      () => {
        throw new StorageUnavailableError('PostgreSQL cannot be listened to');
      },
      () => {},
    );
    try {
      await Promise.race([this.#listening.promise, late]);
    } finally {
      limit.abort();
    }
  }

  /** Stops listening. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#client !== undefined) await endClient(this.#client);
    await this.#running;
  }

  async #listenOn(client: Client): Promise<void> {
    const { channel, onNote } = this.#options;
    client.on('notification', ({ payload }) => onNote(payload ?? ''));
    await answered(client.query(`LISTEN ${client.escapeIdentifier(channel)}`));
    this.#client = client;
    this.#listening.resolve();
  }

  async #keepListening(first: Client): Promise<void> {
    const { log, onGap } = this.#options;
    const { signal } = this.#closing;
    for (let client: Client | undefined = first; client !== undefined; client = await this.#listenAgain()) {
      if (client !== first) onGap();
      await lost(client, signal);
      this.#client = undefined;
      this.#listening = Promise.withResolvers();
      await endClient(client);
      if (!signal.aborted) log.warn({}, 'the connection on which PostgreSQL notifies was lost');
    }
  }

  async #listenAgain(): Promise<Client | undefined> {
    const { signal } = this.#closing;
    for (let waitMs = FIRST_RETRY_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, LONGEST_RETRY_MS)) {
      let client: Client | undefined;
      try {
        client = await connectTo(this.#options.url);
        await this.#listenOn(client);
        return client;
      } catch (err) {
        if (client !== undefined) await endClient(client);
        this.#options.log.warn({ err }, 'PostgreSQL cannot be listened to yet');
        await sleep(waitMs, undefined, { signal }).catch(() => {});
      }
    }
    return undefined;
  }
}

/** Resolves when a connection has ended or does not answer any more, or when the signal is aborted. */
async function lost(client: Client, signal: AbortSignal): Promise<void> {
  const end = new AbortController();
  const stop = (): void => end.abort();
  client.once('end', stop);
  client.once('error', stop);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    while (!end.signal.aborted) {
      await sleep(PROBE_EVERY_MS, undefined, { signal: end.signal, ref: false });
      await answered(client.query('SELECT 1'));
    }
  } catch {
    // Lost.
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** @throws if there is no answer in time */
async function answered(answer: Promise<unknown>): Promise<void> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error('no answer in time')), PROBE_LIMIT_MS);
  try {
    await Promise.race([answer, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a connection, also one that does not answer: that is cut. */
export async function endClient(client: Client): Promise<void> {
  await answered(client.end()).catch(() => client.connection.stream.destroy());
}

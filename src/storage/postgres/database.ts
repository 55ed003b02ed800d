/** Calls of the functions in our schema: each one statement and one transaction, in bounded time. */

import pg, { type Pool, type PoolClient, type QueryConfig } from 'pg';

import { STORAGE_DEADLINE_MS } from '../../domain/limits.ts';
import { type CallOptions, type CancelSignal, StorageUnavailableError } from '../storage.ts';
import type { StorageLog } from '../storage-log.ts';
import type { StorageTracer, TracedRequest } from '../storage-tracer.ts';
import { CONNECT_TIMEOUT_MS, connectionConfig, prepareConnection } from './connection.ts';
import { isBrokenConnection, isRolledBack, operationFailure } from './driver-errors.ts';

/** Longest that an operation takes, waiting for a connection and trying again included. */
export const CALL_LIMIT_MS = STORAGE_DEADLINE_MS - 200;
/** How often a call is made that the server rolls back in favour of another. */
const MAX_ATTEMPTS = 5;
const IDLE_CONNECTION_MS = 60_000;
/** Longest that the server may take to let go of connections on which nothing is under way. */
const CLOSE_LIMIT_MS = 1_000;

/** What a function is called with. */
export type Argument = string | number | boolean | Buffer | undefined | readonly (string | number | null)[];

/** How a function is called. */
export interface StepOptions extends CallOptions {
  /** When the operation began of which this is a step, by `performance.now()`: its steps share one limit. Absent: now. */
  readonly startedAtMs?: number;
}

/** What the pool is made of. */
export interface DatabaseOptions {
  readonly url: string;
  readonly schema: string;
  readonly poolSize: number;
  readonly preparedStatements: boolean;
  readonly log: StorageLog;
  readonly tracer?: StorageTracer | undefined;
}

/** The functions of one schema, by a pool of connections. */
export class Database {
  readonly #pool: Pool;
  readonly #schema: string;
  readonly #preparedStatements: boolean;
  readonly #tracer: StorageTracer | undefined;
  readonly #clients = new Set<PoolClient>();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor({ url, schema, poolSize, preparedStatements, log, tracer }: DatabaseOptions) {
    this.#schema = schema;
    this.#tracer = tracer;
    this.#preparedStatements = preparedStatements;
    this.#pool = new pg.Pool({
      ...connectionConfig(url),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      max: poolSize,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it, which its types do not say
      onConnect: prepareConnection,
    });
    this.#pool.on('connect', (client) => {
      this.#clients.add(client);
      // The pool listens only while nobody uses it. Whoever does learns of it by the statement.
      client.on('error', () => {});
    });
    this.#pool.on('remove', (client) => this.#clients.delete(client));
    // Of a connection that nobody uses; the pool makes another.
    this.#pool.on('error', (err) => {
      // The pool puts the whole connection there, keys and buffers included, which are not for the log.
      Reflect.deleteProperty(err, 'client');
      log.warn({ err }, 'a connection to PostgreSQL was lost');
    });
  }

  /** The lines that a function returns. @throws as operations of a storage do */
  async lines<Line extends object>(name: string, args: readonly Argument[], options?: StepOptions): Promise<Line[]> {
    const startedAtMs = options?.startedAtMs ?? performance.now();
    const query = this.#query(name, args);
    for (let attempt = 1; ; attempt++) {
      options?.signal?.throwIfAborted();
      const limitMs = CALL_LIMIT_MS - (performance.now() - startedAtMs);
      if (limitMs <= 0) throw tooLate();
      try {
        const run = (): Promise<Line[]> => this.#run(query, limitMs, attempt === 1 ? options?.signal : undefined);
        return await (this.#tracer === undefined ? run() : this.#tracer.request(requestOf(name), run));
      } catch (error) {
        if (isRolledBack(error) && attempt < MAX_ATTEMPTS) continue;
        if (error === options?.signal?.reason && error !== undefined) throw error;
        throw operationFailure(error);
      }
    }
  }

  /** The one line that a function returns, if it returns one. */
  async line<Line extends object>(
    name: string,
    args: readonly Argument[],
    options?: StepOptions,
  ): Promise<Line | undefined> {
    const [line] = await this.lines<Line>(name, args, options);
    return line;
  }

  /** What a function returns that returns one value. */
  async value<Value>(name: string, args: readonly Argument[], options?: StepOptions): Promise<Value> {
    const line = await this.line<{ answer: Value }>(name, args, options);
    if (line === undefined) throw new Error(`${name} returned nothing`);
    return line.answer;
  }

  /** Resolves if the server answers. */
  async ping(): Promise<void> {
    await this.#run({ text: 'SELECT 1' }, CALL_LIMIT_MS, undefined).catch(fail);
  }

  /** The server's clock, in milliseconds since the epoch. */
  async readTime(): Promise<number> {
    const text = 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms';
    const [line] = await this.#run<{ ms: number }>({ text }, CALL_LIMIT_MS, undefined).catch(fail);
    if (line === undefined) throw new Error('the server told no time');
    return Math.round(line.ms);
  }

  /** Finishes the calls under way, then lets go of all connections. */
  async close(): Promise<void> {
    // The pool would leave those without an answer that wait for a connection.
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    await this.#pool.end();
    const timer = setTimeout(() => this.#cutConnections(), CLOSE_LIMIT_MS);
    while (this.#clients.size > 0) await this.#removal();
    clearTimeout(timer);
  }

  /** Resolves when the next connection has gone, whatever happens to others meanwhile. */
  #removal(): Promise<unknown> {
    return new Promise((resolve) => this.#pool.once('remove', resolve));
  }

  /** Does not wait for a server that does not answer. */
  #cutConnections(): void {
    for (const client of this.#clients) client.connection.stream.destroy();
  }

  #query(name: string, args: readonly Argument[]): QueryConfig {
    const places = args.map((_, index) => `$${index + 1}`).join(', ');
    const text = `SELECT * FROM "${this.#schema}".${name}(${places}) AS answer`;
    const query = { text, values: args as unknown[] };
    return this.#preparedStatements ? { ...query, name } : query;
  }

  async #run<Line extends object>(
    query: QueryConfig,
    limitMs: number,
    signal: CancelSignal | undefined,
  ): Promise<Line[]> {
    const running = this.#runOnce<Line>(query, limitMs, signal);
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  /**
   * Runs one statement on a free connection. A connection that has not answered in time is thrown away: what it was asked may
   * still happen.
   */
  #runOnce<Line extends object>(
    query: QueryConfig,
    limitMs: number,
    signal: CancelSignal | undefined,
  ): Promise<Line[]> {
    return new Promise((resolve, reject) => {
      let client: PoolClient | undefined;
      let isOver = false;
      const finish = (settle: () => void, lost?: boolean): void => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        client?.release(lost);
        settle();
      };
      const onAbort = (): void => finish(() => reject(signal?.reason));
      const timer = setTimeout(() => finish(() => reject(tooLate()), true), limitMs);
      signal?.addEventListener('abort', onAbort);
      const onConnected = (connected: PoolClient): void => {
        if (isOver) {
          connected.release();
          return;
        }
        client = connected;
        signal?.removeEventListener('abort', onAbort);
        client.query<Line>(query).then(
          ({ rows }) => finish(() => resolve(rows)),
          (error: unknown) => finish(() => reject(error), isBrokenConnection(error)),
        );
      };
      this.#pool.connect().then(onConnected, (error: unknown) => finish(() => reject(error)));
    });
  }
}

function requestOf(procedure: string): TracedRequest {
  return { system: 'postgresql', operation: 'SELECT', procedure };
}

function tooLate(): StorageUnavailableError {
  return new StorageUnavailableError('PostgreSQL did not answer in time');
}

function fail(error: unknown): never {
  throw operationFailure(error);
}

/** Operations under way: each in a bounded time, its steps sent one after the other or together. */

import { STORAGE_DEADLINE_MS } from '../../domain/limits.ts';
import { StorageUnavailableError, type CancelSignal } from '../storage.ts';
import type { StorageTracer } from '../storage-tracer.ts';
import { failureOf } from './failures.ts';
import type { Keys } from './keys.ts';
import type { RedisConnection, Reply } from './redis-connection.ts';
import { SCRIPTS, type Scope, type ScriptName } from './scripts.ts';

/** Arguments of a script by name; what is absent is empty. */
export type ScriptArguments = Readonly<Record<string, string | number | boolean | undefined>>;

/** How often it is looked for operations whose time is over. */
const CHECK_INTERVAL_MS = 100;

/** The steps of one operation. Once its time is over it takes no further step: by then others may have taken it for broken off. */
export class Steps {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #tracer: StorageTracer | undefined;
  /** Set when the time is over. */
  isOver = false;

  constructor(connection: RedisConnection, keys: Keys, tracer?: StorageTracer) {
    this.#connection = connection;
    this.#keys = keys;
    this.#tracer = tracer;
  }

  /**
   * Runs a script where its keys are.
   * @param id the chat, the user or the share; empty for the server.
   * @param keys the last part of each key, for a script whose keys come with the call.
   * @throws as the storage does
   */
  async run(
    name: ScriptName,
    id: string,
    args: ScriptArguments,
    rest: readonly string[] = [],
    keys: readonly string[] = SCRIPTS[name].keys,
  ): Promise<Reply> {
    const script = SCRIPTS[name];
    const home = this.#keys.home(script.scope, id);
    const command = ['EVALSHA', script.hash, String(keys.length)];
    for (const key of keys) command.push(home + key);
    for (const arg of script.args) command.push(textOf(args[arg]));
    command.push(...rest);
    try {
      return await this.#send(home, command, name);
    } catch (error) {
      const isMissing = error instanceof Error && error.message.startsWith('NOSCRIPT');
      if (!isMissing) throw failureOf(error, `${name} at ${home}`);
    }
    // Done nothing yet: this node has lost its scripts, or never had them.
    const withSource = ['EVAL', script.source, ...command.slice(2)];
    return this.#sendOrFail(home, withSource, `${name} at ${home}`, name);
  }

  /** Runs one command on a key. @throws as the storage does */
  command(name: string, scope: Scope, id: string, part: string, ...args: readonly string[]): Promise<Reply> {
    const home = this.#keys.home(scope, id);
    return this.#sendOrFail(home, [name, home + part, ...args], `${name} at ${home}${part}`);
  }

  /** Runs a command without a key on the server that holds the server's keys. @throws as the storage does */
  keyless(...command: readonly string[]): Promise<Reply> {
    return this.#sendOrFail(this.#keys.home('server', ''), [...command], command.join(' '));
  }

  async #sendOrFail(home: string, command: string[], what: string, script?: ScriptName): Promise<Reply> {
    try {
      return await this.#send(home, command, script);
    } catch (error) {
      throw failureOf(error, what);
    }
  }

  #send(home: string, command: string[], script: ScriptName | undefined): Promise<Reply> {
    if (this.isOver) throw new StorageUnavailableError('Redis was too slow for this operation');
    if (this.#tracer === undefined) return this.#connection.send(home, command);
    const [operation = ''] = command;
    const request = { system: 'redis', operation, ...(script !== undefined && { procedure: script }) } as const;
    return this.#tracer.request(request, () => this.#connection.send(home, command));
  }
}

interface Running {
  readonly startedAt: number;
  readonly steps: Steps;
  readonly giveUp: () => void;
}

/** Runs operations. */
export class Operations {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #tracer: StorageTracer | undefined;
  /** In the order in which they were started. */
  readonly #running = new Set<Running>();
  readonly #timer: NodeJS.Timeout;
  #onIdle: (() => void) | undefined;

  constructor(connection: RedisConnection, keys: Keys, tracer?: StorageTracer) {
    this.#connection = connection;
    this.#keys = keys;
    this.#tracer = tracer;
    this.#timer = setInterval(() => this.#giveUpOld(), CHECK_INTERVAL_MS).unref();
  }

  /**
   * Runs an operation, unless its signal is aborted; it is not interrupted, for its steps may have begun.
   * @throws the signal's reason; StorageUnavailableError when its time is over; else what it throws
   */
  run<T>(signal: CancelSignal | undefined, work: (steps: Steps) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      signal?.throwIfAborted();
      const steps = new Steps(this.#connection, this.#keys, this.#tracer);
      const running: Running = {
        startedAt: performance.now(),
        steps,
        giveUp: () => reject(new StorageUnavailableError('Redis does not answer in time')),
      };
      this.#running.add(running);
      const settle = async (): Promise<void> => {
        try {
          resolve(await work(steps));
        } catch (error) {
          reject(error);
        } finally {
          this.#finished(running);
        }
      };
      void settle();
    });
  }

  /** Waits for what is under way, which takes no longer than operations may. */
  async whenIdle(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  /** Nothing may be run afterwards. */
  close(): void {
    clearInterval(this.#timer);
  }

  #giveUpOld(): void {
    const latest = performance.now() - STORAGE_DEADLINE_MS;
    for (const running of this.#running) {
      if (running.startedAt > latest) return;
      running.steps.isOver = true;
      running.giveUp();
      this.#finished(running);
    }
  }

  #finished(running: Running): void {
    this.#running.delete(running);
    if (this.#running.size === 0) this.#onIdle?.();
  }
}

function textOf(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? '1' : '';
  return value === Infinity ? 'inf' : String(value);
}

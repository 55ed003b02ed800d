/** The storage in Redis: one handle on data that any number of handles share. */

import type { RateReport } from '../../domain/rates.ts';
import type { CallOptions, Storage, WatchTopic } from '../storage.ts';
import type * as Contract from '../storage.ts';
import type { StorageTracer } from '../storage-tracer.ts';
import * as chats from './chat-operations.ts';
import { failureOf } from './failures.ts';
import { getStats } from './get-stats.ts';
import { sweep } from './house-keeping.ts';
import type { Keys } from './keys.ts';
import { listUnreadCounts } from './list-unread-counts.ts';
import { Operations, type Steps } from './operations.ts';
import { PostCounts } from './post-counts.ts';
import { postMessage } from './post-message.ts';
import * as reading from './reading.ts';
import type { RedisConnection } from './redis-connection.ts';
import { listOf, numberOf } from './replies.ts';
import * as sessions from './session-operations.ts';
import { spendRates } from './spend-rates.ts';
import { Watchers } from './watchers.ts';

const RESTORE_AGAIN_MS = 1_000;

/** What tells that the data are Veche's. */
interface FoundData {
  readonly layout: string;
  readonly pageTokenKey: Uint8Array;
}

/** A handle. Each operation is a few steps, each atomic in its slot: docs/storage-redis.md says which, and what a crash between them leaves. */
export class RedisStorage implements Storage {
  readonly pageTokenKey: Uint8Array;
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #operations: Operations;
  readonly #counts: PostCounts;
  readonly #watchers: Watchers;
  #isClosed = false;

  constructor(
    connection: RedisConnection,
    keys: Keys,
    { layout, pageTokenKey }: FoundData,
    tracer: StorageTracer | undefined,
  ) {
    this.pageTokenKey = pageTokenKey;
    this.#connection = connection;
    this.#keys = keys;
    this.#operations = new Operations(connection, keys, tracer);
    this.#counts = new PostCounts(this.#operations);
    this.#watchers = new Watchers(connection);
    // A Redis that keeps nothing over a restart has lost what tells these data from somebody else's.
    connection.onResume(() => {
      this.#restore({ layout, pageTokenKey: Buffer.from(pageTokenKey).toString('hex') });
    });
  }

  createSession(command: Contract.CreateSession, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => sessions.createSession(steps, command));
  }

  authenticate(query: Contract.Authenticate, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => sessions.authenticate(steps, query));
  }

  endSession(command: Contract.EndSession, options?: CallOptions) {
    return this.#runReported(options, (steps) => sessions.endSession(steps, command));
  }

  listSessions(query: Contract.ListSessions, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => sessions.listSessions(steps, query));
  }

  createChat(command: Contract.CreateChat, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => chats.createChat(steps, command));
  }

  getChat(query: Contract.GetChat, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => chats.getChat(steps, query));
  }

  listChats(query: Contract.ListChats, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => chats.listChats(steps, query));
  }

  closeChat(command: Contract.CloseChat, options?: CallOptions) {
    return this.#runReported(options, (steps) => chats.closeChat(steps, command));
  }

  postMessage(command: Contract.PostMessage, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => postMessage(steps, this.#counts, command));
  }

  listMessages(command: Contract.ListMessages, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => reading.listMessages(steps, command));
  }

  fetchUnread(command: Contract.FetchUnread, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => reading.fetchUnread(steps, command));
  }

  markRead(command: Contract.MarkRead, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => reading.markRead(steps, command));
  }

  listUnreadCounts(query: Contract.ListUnreadCounts, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => listUnreadCounts(steps, query));
  }

  readMessages(query: Contract.ReadMessages, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => reading.readMessages(steps, query));
  }

  noteActivity(command: Contract.NoteActivity, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => chats.noteActivity(steps, command));
  }

  getStats({ now }: { readonly now: number }, options?: CallOptions) {
    return this.#runReported(options, (steps) => getStats(steps, now));
  }

  spendRates(report: RateReport, options?: CallOptions) {
    return this.#operations.run(options?.signal, (steps) => spendRates(steps, report));
  }

  async watch(topic: WatchTopic, wake: () => void): Promise<() => void> {
    const [scope, id] = 'chatId' in topic ? (['chat', topic.chatId] as const) : (['user', topic.userId] as const);
    const adding = this.#watchers.add(this.#keys.key(scope, id, 'wake'), wake);
    try {
      return await this.#operations.run(undefined, () => adding);
    } catch (error) {
      // What comes too late is nobody's.
      adding.then(
        (end) => end(),
        () => {},
      );
      throw failureOf(error);
    }
  }

  sweep(command: { readonly now: number; readonly limit: number }) {
    return this.#runReported(undefined, (steps) => sweep(steps, command));
  }

  ping(): Promise<void> {
    return this.#operations.run(undefined, async () => {
      try {
        await this.#connection.sendToAll(['PING']);
      } catch (error) {
        throw failureOf(error);
      }
    });
  }

  readTime(): Promise<number> {
    return this.#operations.run(undefined, async (steps) => {
      const [seconds, microseconds] = listOf(await steps.keyless('TIME')).map(numberOf);
      return Math.floor((seconds ?? 0) * 1_000 + (microseconds ?? 0) / 1_000);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watchers.close();
    await this.#operations.whenIdle();
    await this.#counts.close();
    this.#operations.close();
    this.#connection.close();
  }

  #restore(fields: Readonly<Record<string, string>>): void {
    if (this.#isClosed) return;
    const restoring = this.#operations.run(undefined, (steps) =>
      Promise.all(
        Object.entries(fields).map(([field, value]) => steps.command('HSETNX', 'server', '', 'meta', field, value)),
      ),
    );
    restoring.catch(() => setTimeout(() => this.#restore(fields), RESTORE_AGAIN_MS).unref());
  }

  /** Runs what counts, or closes chats, after this handle has told when it posted what to them. */
  #runReported<T>(options: CallOptions | undefined, work: (steps: Steps) => Promise<T>): Promise<T> {
    return this.#operations.run(options?.signal, async (steps) => {
      await this.#counts.report();
      return work(steps);
    });
  }
}

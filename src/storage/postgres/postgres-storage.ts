/** The storage on PostgreSQL: each operation is one statement that calls one function of our schema. */

import type { RateReport } from '../../domain/rates.ts';
import type { CallOptions, Storage, WatchTopic } from '../storage.ts';
import type * as Contract from '../storage.ts';
import type { StorageTracer } from '../storage-tracer.ts';
import * as chats from './chat-operations.ts';
import type { Database } from './database.ts';
import { getStats } from './get-stats.ts';
import { sweep } from './house-keeping.ts';
import type { Listener } from './listener.ts';
import type { Posts } from './post-message.ts';
import { bucketOf, type PostgresData, shardOf } from './postgres-data.ts';
import type { StorageMeter } from '../storage-meter.ts';
import * as reading from './reading.ts';
import { SessionLookups } from './session-lookups.ts';
import * as sessions from './session-operations.ts';
import { spendRates } from './spend-rates.ts';
import { topicOf, type Watchers } from './watchers.ts';

/** What a handle is made of. */
export interface PostgresParts {
  readonly database: Database;
  readonly channel: string;
  readonly firstShard: number;
  readonly watchers: Watchers;
  readonly listener: Listener;
  readonly posts: Posts;
  readonly pageTokenKey: Uint8Array;
  readonly meter: StorageMeter;
  readonly tracer?: StorageTracer | undefined;
}

/** A handle on the data. */
export class PostgresStorage implements Storage {
  readonly pageTokenKey: Uint8Array;
  readonly #parts: PostgresParts;
  readonly #data: PostgresData;
  readonly #lookups: SessionLookups;

  constructor(parts: PostgresParts) {
    const { database, channel, firstShard, pageTokenKey, meter, tracer } = parts;
    this.pageTokenKey = pageTokenKey;
    this.#parts = parts;
    this.#lookups = new SessionLookups((userIds, nows) => {
      meter.sentTogether('session-lookups', userIds.length);
      return database.lines('find_sessions_v1', [userIds, nows]);
    }, tracer);
    this.#data = { database, channel, tallyPlace: (now) => [bucketOf(now), shardOf(firstShard)] };
  }

  createSession(command: Contract.CreateSession, options?: CallOptions) {
    return sessions.createSession(this.#data, command, options);
  }

  authenticate(query: Contract.Authenticate, options?: CallOptions) {
    return sessions.authenticate(this.#lookups, query, options);
  }

  endSession(command: Contract.EndSession, options?: CallOptions) {
    return sessions.endSession(this.#data, command, options);
  }

  listSessions(query: Contract.ListSessions, options?: CallOptions) {
    return sessions.listSessions(this.#data, query, options);
  }

  createChat(command: Contract.CreateChat, options?: CallOptions) {
    return chats.createChat(this.#data, command, options);
  }

  getChat(query: Contract.GetChat, options?: CallOptions) {
    return chats.getChat(this.#data, query, options);
  }

  listChats(query: Contract.ListChats, options?: CallOptions) {
    return chats.listChats(this.#data, query, options);
  }

  closeChat(command: Contract.CloseChat, options?: CallOptions) {
    return chats.closeChat(this.#data, command, options);
  }

  async postMessage(command: Contract.PostMessage, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return this.#parts.posts.add(command, options?.signal);
  }

  listMessages(command: Contract.ListMessages, options?: CallOptions) {
    return reading.listMessages(this.#data, command, options);
  }

  fetchUnread(command: Contract.FetchUnread, options?: CallOptions) {
    return reading.fetchUnread(this.#data, command, options);
  }

  markRead(command: Contract.MarkRead, options?: CallOptions) {
    return reading.markRead(this.#data, command, options);
  }

  listUnreadCounts(query: Contract.ListUnreadCounts, options?: CallOptions) {
    return reading.listUnreadCounts(this.#data, query, options);
  }

  readMessages(query: Contract.ReadMessages, options?: CallOptions) {
    return reading.readMessages(this.#data, query, options);
  }

  noteActivity(command: Contract.NoteActivity, options?: CallOptions) {
    return chats.noteActivity(this.#data, command, options);
  }

  getStats(query: { readonly now: number }, options?: CallOptions) {
    return getStats(this.#data, query, options);
  }

  spendRates(report: RateReport, options?: CallOptions) {
    return spendRates(this.#data, report, options);
  }

  async watch(topic: WatchTopic, wake: () => void) {
    await this.#parts.listener.ready();
    return this.#parts.watchers.add(topicOf(topic), wake);
  }

  sweep(command: { readonly now: number; readonly limit: number }) {
    return sweep(this.#data, command);
  }

  ping() {
    return this.#parts.database.ping();
  }

  readTime() {
    return this.#parts.database.readTime();
  }

  async close() {
    const { watchers, posts, listener, database } = this.#parts;
    watchers.clear();
    await Promise.all([posts.settled(), this.#lookups.sent()]);
    await Promise.all([listener.close(), database.close()]);
  }
}

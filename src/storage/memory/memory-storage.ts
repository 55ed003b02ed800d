/** The embedded storage: everything in this process, nothing over a restart. */

import type { RateReport } from '../../domain/rates.ts';
import type { CallOptions, Storage, WatchTopic } from '../storage.ts';
import type * as Contract from '../storage.ts';
import * as chats from './chat-operations.ts';
import { getStats } from './get-stats.ts';
import { sweep } from './house-keeping.ts';
import type { MemoryData } from './memory-data.ts';
import { postMessage } from './post-message.ts';
import * as reading from './reading.ts';
import * as sessions from './session-operations.ts';

/**
 * A handle on the data. Each operation checks and changes in one synchronous block, so that nothing comes in between. What is left
 * to do then, or to take out before, and may be much, is done in steps between which others have their turn.
 */
export class MemoryStorage implements Storage {
  readonly #data: MemoryData;
  readonly #watches = new Set<() => void>();

  constructor(data: MemoryData) {
    this.#data = data;
  }

  get pageTokenKey(): Uint8Array {
    return this.#data.pageTokenKey;
  }

  async createSession(command: Contract.CreateSession, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return sessions.createSession(this.#data, command);
  }

  async authenticate(query: Contract.Authenticate, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return sessions.authenticate(this.#data, query);
  }

  async endSession(command: Contract.EndSession, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return sessions.endSession(this.#data, command);
  }

  async listSessions(query: Contract.ListSessions, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return sessions.listSessions(this.#data, query);
  }

  async createChat(command: Contract.CreateChat, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return chats.createChat(this.#data, command);
  }

  async getChat(query: Contract.GetChat, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return chats.getChat(this.#data, query);
  }

  async listChats(query: Contract.ListChats, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return chats.listChats(this.#data, query);
  }

  async closeChat(command: Contract.CloseChat, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return chats.closeChat(this.#data, command);
  }

  async postMessage(command: Contract.PostMessage, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return postMessage(this.#data, command);
  }

  async listMessages(command: Contract.ListMessages, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return reading.listMessages(this.#data, command);
  }

  async fetchUnread(command: Contract.FetchUnread, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return reading.fetchUnread(this.#data, command);
  }

  async markRead(command: Contract.MarkRead, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return reading.markRead(this.#data, command);
  }

  async listUnreadCounts(query: Contract.ListUnreadCounts, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return reading.listUnreadCounts(this.#data, query);
  }

  async readMessages(query: Contract.ReadMessages, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return reading.readMessages(this.#data, query);
  }

  async noteActivity(command: Contract.NoteActivity, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    chats.noteActivity(this.#data, command);
  }

  async getStats(query: { readonly now: number }, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return getStats(this.#data, query);
  }

  async spendRates(report: RateReport, options?: CallOptions) {
    options?.signal?.throwIfAborted();
    return this.#data.spentRates.spend(report);
  }

  async watch(topic: WatchTopic, wake: () => void) {
    const { chatWatchers, userWatchers } = this.#data;
    const end = 'chatId' in topic ? chatWatchers.add(topic.chatId, wake) : userWatchers.add(topic.userId, wake);
    this.#watches.add(end);
    return () => {
      end();
      this.#watches.delete(end);
    };
  }

  async sweep(command: { readonly now: number; readonly limit: number }) {
    return sweep(this.#data, command);
  }

  async ping() {}

  async readTime() {
    return Date.now();
  }

  /** Ends this handle's watches. Other handles, and the data, stay. */
  async close() {
    for (const end of this.#watches) end();
    this.#watches.clear();
  }
}

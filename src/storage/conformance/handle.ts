/** One handle on the data as tests use it: the storage's operations with `now` from the clock and defaults for the rest. */

import { createHash } from 'node:crypto';

import { encodedSizeBound } from '../../domain/encoded-size.ts';
import { MAX_PAGE_BYTES } from '../../domain/limits.ts';
import type { Chat, ChatSettings, Session, User } from '../../domain/models.ts';
import type { Rate, RateSpend } from '../../domain/rates.ts';
import type * as Contract from '../storage.ts';
import { accepted } from './answers.ts';
import { MINUTE_MS, type MovedClock } from './moved-clock.ts';

/** How long a session of a test lives when inactive, if the test does not say. */
export const SESSION_TTL_MS = 30 * MINUTE_MS;

/** Who has a session: what others see, and what only its owner has. */
export interface Visitor extends User {
  readonly tokenHash: Uint8Array;
}

/** All that a test needs of a chat to name it. */
export type ChatId = Pick<ChatSettings, 'id'>;

/** What a test may say about a call; what it leaves out does not matter to it. */
type Some<Command, Optional extends keyof Command> = { readonly [Key in Optional]?: Command[Key] | undefined };
type SessionOptions = Some<Contract.CreateSession, 'user' | 'tokenHash' | 'ttlMs' | 'maxUsers'>;
type ChatOptions = Partial<Omit<ChatSettings, 'creator' | 'createdAt'>> &
  Some<Contract.CreateChat, 'maxChats' | 'maxChatsPerUser'>;
type PostOptions = Some<Contract.PostMessage, 'id' | 'clientMessageId' | 'now'>;
type PageOptions = Some<Contract.ListMessages, 'order' | 'fromSeq' | 'limit' | 'maxBytes' | 'markRead'>;
type UnreadOptions = Some<Contract.FetchUnread, 'ackSeq' | 'limit' | 'maxBytes'>;
type WalkOptions = Some<Contract.ListChats, 'after' | 'limit'>;
type SessionWalkOptions = Some<Contract.ListSessions, 'after' | 'limit'>;
type SpendOptions = Some<RateSpend, 'count' | 'at'> & { readonly rate?: Rate };
type RunOptions = Some<Contract.ReadMessages, 'afterSeq' | 'limit' | 'maxBytes'>;

/** The rate of a test that does not say: one call is given back every 100 ms. */
const RATE: Rate = { burst: 100, periodMs: 10_000 };

/** Enough for every answer of a test that is not about cutting. */
const AMPLE = 500;

/** A storage's handle in the hands of a test. Answers are the storage's own, refusals included. */
export class Handle {
  readonly storage: Contract.Storage;
  readonly clock: MovedClock;
  readonly newId: () => string;
  readonly #options: Contract.CallOptions;

  constructor(storage: Contract.Storage, clock: MovedClock, newId: () => string, options: Contract.CallOptions = {}) {
    this.storage = storage;
    this.clock = clock;
    this.newId = newId;
    this.#options = options;
  }

  /** The same handle, each of whose calls carries the signal. */
  withSignal(signal: AbortSignal): Handle {
    return new Handle(this.storage, this.clock, this.newId, { signal });
  }

  /** Somebody who may ask for a session. */
  newVisitor(displayName = 'Ann'): Visitor {
    const userId = this.newId();
    return { userId, displayName, tokenHash: createHash('sha256').update(userId).digest() };
  }

  createSession(options: SessionOptions = {}): ReturnType<Contract.Storage['createSession']> {
    const { userId, displayName, tokenHash } = this.newVisitor();
    const { user = { userId, displayName }, ttlMs = SESSION_TTL_MS, maxUsers = 0 } = options;
    const command = { user, tokenHash: options.tokenHash ?? tokenHash, ttlMs, maxUsers, now: this.clock.now };
    return this.storage.createSession(command, this.#options);
  }

  /** Creates a session that must be accepted. */
  async newSession(displayName?: string, options: SessionOptions = {}): Promise<Visitor> {
    const visitor = this.newVisitor(displayName);
    await accepted(this.createSession({ user: asUser(visitor), tokenHash: visitor.tokenHash, ...options }));
    return visitor;
  }

  authenticate({ userId, tokenHash }: Omit<Visitor, 'displayName'>): ReturnType<Contract.Storage['authenticate']> {
    return this.storage.authenticate({ userId, tokenHash, now: this.clock.now }, this.#options);
  }

  /** The session of a visitor who must have one. */
  session(visitor: Visitor): Promise<Session> {
    return accepted(this.authenticate(visitor));
  }

  endSession({ userId }: User, closeChats = false): ReturnType<Contract.Storage['endSession']> {
    return this.storage.endSession({ userId, closeChats, now: this.clock.now }, this.#options);
  }

  createChat(creator: User, options: ChatOptions = {}): ReturnType<Contract.Storage['createChat']> {
    const { maxChats = 0, maxChatsPerUser = 0, ...settings } = options;
    const defaults = {
      id: this.newId(),
      title: '',
      maxMessages: 100,
      readOnly: false,
      unlisted: false,
      ttlMs: undefined,
    };
    const chat = { ...defaults, ...settings, creator: asUser(creator), createdAt: this.clock.now };
    return this.storage.createChat({ chat, maxChats, maxChatsPerUser }, this.#options);
  }

  /** Creates a chat that must be accepted. */
  newChat(creator: User, options: ChatOptions = {}): Promise<Chat> {
    return accepted(this.createChat(creator, options));
  }

  getChat({ id }: ChatId, activeSince = 0): ReturnType<Contract.Storage['getChat']> {
    return this.storage.getChat({ chatId: id, activeSince, now: this.clock.now }, this.#options);
  }

  listSessions({ after, limit = AMPLE }: SessionWalkOptions = {}): Promise<Contract.SessionPage> {
    return this.storage.listSessions({ after, limit, now: this.clock.now }, this.#options);
  }

  listChats(options: WalkOptions & { readonly unlisted?: boolean } = {}): Promise<Contract.ChatPage> {
    const { unlisted = false, after, limit = AMPLE } = options;
    return this.storage.listChats({ unlisted, after, limit, activeSince: 0, now: this.clock.now }, this.#options);
  }

  closeChat({ userId }: User, { id }: ChatId): ReturnType<Contract.Storage['closeChat']> {
    return this.storage.closeChat({ chatId: id, userId, now: this.clock.now }, this.#options);
  }

  /** Closes a chat as an operator does. */
  closeAnyChat({ id }: ChatId): ReturnType<Contract.Storage['closeChat']> {
    return this.storage.closeChat({ chatId: id, userId: undefined, now: this.clock.now }, this.#options);
  }

  post(
    author: User,
    { id }: ChatId,
    text: string,
    options: PostOptions = {},
  ): ReturnType<Contract.Storage['postMessage']> {
    const command = {
      id: options.id ?? this.newId(),
      chatId: id,
      author: asUser(author),
      text,
      sizeBytes: encodedSizeBound(author.displayName, text),
      clientMessageId: options.clientMessageId,
      now: options.now ?? this.clock.now,
    };
    return this.storage.postMessage(command, this.#options);
  }

  listMessages(user: User, { id }: ChatId, options: PageOptions = {}): ReturnType<Contract.Storage['listMessages']> {
    const { order = 'OLDEST_FIRST', fromSeq, limit = AMPLE, maxBytes = MAX_PAGE_BYTES, markRead = true } = options;
    const page = { order, fromSeq, limit, maxBytes, markRead };
    return this.storage.listMessages({ chatId: id, user: asUser(user), ...page, now: this.clock.now }, this.#options);
  }

  fetchUnread(user: User, { id }: ChatId, options: UnreadOptions = {}): ReturnType<Contract.Storage['fetchUnread']> {
    const { ackSeq, limit = AMPLE, maxBytes = MAX_PAGE_BYTES } = options;
    const query = { chatId: id, user: asUser(user), ackSeq, limit, maxBytes, now: this.clock.now };
    return this.storage.fetchUnread(query, this.#options);
  }

  markRead(user: User, { id }: ChatId, seq: number): ReturnType<Contract.Storage['markRead']> {
    return this.storage.markRead({ chatId: id, user: asUser(user), seq, now: this.clock.now }, this.#options);
  }

  listUnreadCounts({ userId }: User, { after, limit = AMPLE }: WalkOptions = {}): Promise<Contract.UnreadCountPage> {
    return this.storage.listUnreadCounts({ userId, after, limit, now: this.clock.now }, this.#options);
  }

  readMessages({ id }: ChatId, options: RunOptions = {}): ReturnType<Contract.Storage['readMessages']> {
    const { afterSeq = 0, limit = AMPLE, maxBytes = MAX_PAGE_BYTES } = options;
    return this.storage.readMessages({ chatId: id, afterSeq, limit, maxBytes, now: this.clock.now }, this.#options);
  }

  noteActivity({ id }: ChatId, ...users: readonly User[]): Promise<void> {
    return this.storage.noteActivity({ chatId: id, users: users.map(asUser), now: this.clock.now }, this.#options);
  }

  getStats(): ReturnType<Contract.Storage['getStats']> {
    return this.storage.getStats({ now: this.clock.now }, this.#options);
  }

  /** Adds what was spent of one rate. @returns what is spent of it now */
  async spend(key: string, { count = 1, at = this.clock.now, rate = RATE }: SpendOptions = {}): Promise<number> {
    const [spent = Number.NaN] = await this.spendRates({ key, rate, count, at });
    return spent;
  }

  spendRates(...spends: readonly RateSpend[]): ReturnType<Contract.Storage['spendRates']> {
    return this.storage.spendRates({ spends, now: this.clock.now }, this.#options);
  }

  /** Sweeps until nothing is left. */
  async sweepAll(limit = 100): Promise<void> {
    for (let batch = 0; batch < 1_000; batch++) {
      if (!(await this.storage.sweep({ now: this.clock.now, limit }))) return;
    }
    throw new Error('sweep still reports more to do after 1,000 batches');
  }
}

/** Only what others see: what a test knows besides must not reach the storage. */
export function asUser({ userId, displayName }: User): User {
  return { userId, displayName };
}

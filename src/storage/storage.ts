/**
 * What Veche asks of a storage: few operations, each one intention of a caller, each documented as a contract.
 * The rules are in `domain/`; a storage makes them hold atomically over its data.
 *
 * What holds for every operation:
 *
 * - **Arguments are valid.** Names, texts, ids and numbers have passed the constructors of `domain/`.
 * - **No clock, no configuration.** `now` and every limit travel with the call. `now` never steps back by much: calls may
 *   arrive slightly out of order, and a storage makes times that must not decrease (`sentAt`) not decrease by itself.
 *   Expiry is a comparison with a stored deadline (`isOver`), whether or not `sweep` has been there.
 * - **A refusal is a value**, from the closed list, in the order in which the contract names them. A refused operation
 *   has changed nothing.
 * - **Atomic per chat, per user, and for the server's limits.** Across them an operation may be a sequence of steps; a crash
 *   in between leaves nothing worse than a statistic to repair or a place to give back.
 * - **Nothing is acknowledged before it is stored**, and what was acknowledged is visible to every later call on every handle.
 * - **Failure is an exception**: `StorageUnavailableError` when the outcome is unknown or nothing was done because the
 *   storage does not answer, `StorageFullError` when it takes no more. An aborted `signal` rejects with its reason if the
 *   work has not begun; work that has begun is finished.
 * - **Nothing hangs.** Every operation settles within `STORAGE_DEADLINE_MS`, by StorageUnavailableError if nothing else.
 * - **A page of a list may be short**, even empty, and yet name a `next` one, where much had to be passed over or tidied up on
 *   the way. Only where `next` is absent the list ends.
 * - **Callers were authenticated** at the same `now`. Operations that would give an ended session something lasting
 *   check it again, as their contract says.
 */

import type { Refusal } from '../domain/errors.ts';
import type { Chat, ChatSettings, Message, MessageOrder, Session, Stats, User } from '../domain/models.ts';
import type { Kept } from '../domain/position.ts';
import type { RateReport } from '../domain/rates.ts';
import type * as Lists from './lists.ts';

export type * from './lists.ts';

/** The storage did not answer, or broke off: the outcome is unknown. */
export class StorageUnavailableError extends Error {
  override readonly name = 'StorageUnavailableError';
}

/**
 * The storage answers but cannot be used: a wrong password, another program's data, a newer schema, a policy that would lose
 * chats. Trying again does not help; the message tells an operator what is wrong and what to do, without secrets.
 */
export class UnusableStorageError extends Error {
  override readonly name = 'UnusableStorageError';
}

/** The storage takes no more data; nothing was stored. */
export class StorageFullError extends Error {
  override readonly name = 'StorageFullError';
}

/** The refusal that a failure of a storage comes to; undefined if the error is none that this contract knows. */
export function storageFailure(error: unknown): 'STORAGE_UNAVAILABLE' | 'STORAGE_FULL' | undefined {
  if (error instanceof StorageUnavailableError) return 'STORAGE_UNAVAILABLE';
  if (error instanceof StorageFullError) return 'STORAGE_FULL';
  return undefined;
}

/** Tells that nobody waits any more. An `AbortSignal` does; a caller may have something lighter. */
export interface CancelSignal {
  readonly aborted: boolean;
  /** What operations reject with. */
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Passed along with every operation. */
export interface CallOptions {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: CancelSignal | undefined;
}

/** What a watch is on: the posts and the closing of a chat, or the end of a session and what brings its deadline nearer. */
export type WatchTopic = { readonly chatId: string } | { readonly userId: string };

/** One handle on the data. Any number of handles, in one process or many, may share the same data. */
export interface Storage {
  /** 32 random bytes, the same on every handle of the same data and for as long as the data live: the key of page tokens. */
  readonly pageTokenKey: Uint8Array;

  /**
   * Starts a session that lives `ttlMs` when inactive.
   * Atomic with the count of live sessions: the limit is exact whatever races. An ended session's place is free at
   * once, an expired one's at the latest 5 s after its deadline, given `sweep`.
   * @returns the session, or USER_LIMIT_REACHED when `maxUsers` (0: no limit) are live.
   */
  createSession(command: CreateSession, options?: CallOptions): Promise<Session | Refusal<'USER_LIMIT_REACHED'>>;

  /**
   * Finds the live session of a token. Changes nothing.
   * @returns the session, or UNAUTHENTICATED when there is none, it has ended or the hash is not the one it was created with.
   */
  authenticate(query: Authenticate, options?: CallOptions): Promise<Session | Refusal<'UNAUTHENTICATED'>>;

  /**
   * Ends a session, at once and for good: it leaves every list of active users, its positions go, its messages stay. With
   * `closeChats` its open chats close then; after a crash in between, `sweep` closes the rest within 10 s.
   * Watches of the session and of each closed chat are woken.
   * @returns UNAUTHENTICATED when it is not live any more; SESSION_HAS_OPEN_CHATS when it has some and `closeChats` is not set.
   */
  endSession(
    command: EndSession,
    options?: CallOptions,
  ): Promise<Refusal<'UNAUTHENTICATED' | 'SESSION_HAS_OPEN_CHATS'> | undefined>;

  /**
   * A page of the live sessions by id, the greatest first, from just after the user `after` (absent: from the start): newest
   * first where ids rise with time. A session live during the whole walk is shown exactly once. Changes nothing. Costs no more
   * as sessions grow.
   */
  listSessions(query: Lists.ListSessions, options?: CallOptions): Promise<Lists.SessionPage>;

  /**
   * Opens a chat whose creator has a position at 0; the creator's session does not end while it is open.
   * Both limits (0: none) are exact whatever races; a place is free at once when a chat closes, also by its deadline.
   * @returns the chat, or UNAUTHENTICATED when the creator's session is not live any more, USER_CHAT_LIMIT_REACHED when the
   * creator has `maxChatsPerUser` open chats, CHAT_LIMIT_REACHED when `maxChats` are open.
   */
  createChat(
    command: CreateChat,
    options?: CallOptions,
  ): Promise<Chat | Refusal<'UNAUTHENTICATED' | 'USER_CHAT_LIMIT_REACHED' | 'CHAT_LIMIT_REACHED'>>;

  /** Finds an open chat, listed or not. Changes nothing. */
  getChat(query: GetChat, options?: CallOptions): Promise<Chat | Refusal<'CHAT_NOT_FOUND'>>;

  /**
   * A page of the open chats, those that are unlisted only with `unlisted`, most recently created first, from just after
   * `after` (absent: from the start). A chat open during the whole walk through the pages is shown exactly once. Costs no more as chats grow.
   */
  listChats(query: Lists.ListChats, options?: CallOptions): Promise<Lists.ChatPage>;

  /**
   * Closes a chat: gone at that instant on every handle, its watches are woken, its creator's session gets the deadline
   * that follows from a closing at `now`.
   * @returns CHAT_NOT_FOUND, or NOT_CHAT_CREATOR for another user than its creator; an operator closes any.
   */
  closeChat(
    command: CloseChat,
    options?: CallOptions,
  ): Promise<Refusal<'CHAT_NOT_FOUND' | 'NOT_CHAT_CREATOR'> | undefined>;

  /**
   * Appends a message: gives it the next seq, trims to what the chat keeps, remembers the client message id for
   * `CLIENT_MESSAGE_ID_MEMORY_MS`, carries the author over their own post (`positionAfterOwnPost`), notes activity, moves
   * the deadline of the author's session, counts it, wakes the chat's watches. Atomic in the chat.
   *
   * A repeat (same author, chat, client message id and text within the memory) returns the first message, even if
   * trimmed since, and does nothing else. Concurrent repeats through several handles post once.
   * @returns the message, or UNAUTHENTICATED when the author's session ended before the call, CHAT_NOT_FOUND, CHAT_READ_ONLY for
   * anyone but the creator, MESSAGE_ID_CONFLICT for a remembered id with another text.
   */
  postMessage(
    command: PostMessage,
    options?: CallOptions,
  ): Promise<Message | Refusal<'UNAUTHENTICATED' | 'CHAT_NOT_FOUND' | 'CHAT_READ_ONLY' | 'MESSAGE_ID_CONFLICT'>>;

  /**
   * A page of kept messages, cut by seq: after `fromSeq` in the direction of `order` (absent: from its start), at most `limit`
   * messages and `maxBytes` of size bound, but at least one if there is one. Costs no more at any depth.
   * With `markRead` a first visit makes a position, and a page that `joins` moves it to its highest seq. Notes activity.
   */
  listMessages(command: ListMessages, options?: CallOptions): Promise<MessagePage | Refusal<'CHAT_NOT_FOUND'>>;

  /**
   * What is kept after the user's position, in order, cut like a page; a first visit makes a position. Notes activity.
   * Without `ackSeq`, the position moves to the last message returned. With it, the position first moves up to `ackSeq`
   * and stays there.
   * @returns CHAT_NOT_FOUND, or INVALID_ARGUMENT naming `ack_seq` when it is beyond the last seq.
   */
  fetchUnread(
    command: FetchUnread,
    options?: CallOptions,
  ): Promise<UnreadPage | Refusal<'CHAT_NOT_FOUND' | 'INVALID_ARGUMENT'>>;

  /**
   * Moves the position up to `seq`; a first visit makes one. Below the position it changes nothing. Notes activity.
   * @returns CHAT_NOT_FOUND, or INVALID_ARGUMENT naming `seq` when it is beyond the last seq.
   */
  markRead(
    command: MarkRead,
    options?: CallOptions,
  ): Promise<ReadPosition | Refusal<'CHAT_NOT_FOUND' | 'INVALID_ARGUMENT'>>;

  /**
   * A page of the open chats in which the user has a position, most recently created first, from just after `after`.
   * Changes nothing.
   */
  listUnreadCounts(query: Lists.ListUnreadCounts, options?: CallOptions): Promise<Lists.UnreadCountPage>;

  /**
   * The kept messages after `afterSeq`, in order, cut like a page: what streams read. Changes nothing.
   * A gap between `afterSeq` and the first message returned was trimmed. With `afterSeq` at the last seq or beyond it, up to
   * MAX_SEQ, there are no messages, and what the chat keeps is told as ever.
   */
  readMessages(query: ReadMessages, options?: CallOptions): Promise<MessageRun | Refusal<'CHAT_NOT_FOUND'>>;

  /** Notes that these users are active in a chat at `now`, by an open stream. A closed chat or ended session is passed over. */
  noteActivity(command: NoteActivity, options?: CallOptions): Promise<void>;

  /**
   * Figures of the whole server, whose cost does not depend on how much is stored. What this handle has
   * acknowledged is in them at once, what another has within 2 s; what has expired is out within 5 s, given `sweep`.
   */
  getStats(query: { readonly now: number }, options?: CallOptions): Promise<Stats>;

  /**
   * Adds up what was spent of rates, each by its key, on all handles together: `count` at the time `at`, on top of what was spent
   * before and is not given back yet (`stillSpent`, by the rate that comes with it). It refuses nothing: callers have
   * judged by what they knew, and learn here what to judge by. Atomic for each key, not across them. What is given back altogether
   * may be forgotten; what is not, only by a crash or a restart of the storage.
   * @returns for each key, in the order given, what is spent at `now`.
   */
  spendRates(report: RateReport, options?: CallOptions): Promise<readonly number[]>;

  /**
   * Calls `wake` after each commit, on any handle, that concerns the topic, and whenever such a commit may have gone
   * unnoticed. It carries no data: whoever is woken reads again. Deadlines that pass wake nobody: they are known in advance.
   * `wake` must not throw and is never called before the promise resolves or after the returned function was called.
   * @returns once every later commit is noticed, a function that ends the watch and may be called twice.
   */
  watch(topic: WatchTopic, wake: () => void): Promise<() => void>;

  /**
   * House-keeping, in a batch of at most `limit` deletions, whatever they belong to: removes what has expired or was trimmed, gives
   * back places, repairs. What others wait for comes first: places and statistics before what nobody can see any more.
   * Every instance calls it about every second, and again at once while more is left: what is promised within 5 s or more may
   * count on that. Otherwise it never changes what any other operation answers. May run on several handles at once.
   * @returns whether more is left to do now.
   */
  sweep(command: { readonly now: number; readonly limit: number }): Promise<boolean>;

  /** Resolves if the storage answers. @throws StorageUnavailableError */
  ping(): Promise<void>;

  /**
   * What time it is for the storage, in milliseconds since the epoch: the clock that all instances which share it follow. Of no
   * effect on any operation, for which `now` is what the caller says.
   */
  readTime(): Promise<number>;

  /** Finishes what is under way, then lets go of the data. Nothing may be called afterwards. */
  close(): Promise<void>;
}

export interface CreateSession {
  readonly user: User;
  /** SHA-256 of the token. */
  readonly tokenHash: Uint8Array;
  readonly ttlMs: number;
  readonly maxUsers: number;
  readonly now: number;
}

export interface Authenticate {
  readonly userId: string;
  /** SHA-256 of the token, compared in constant time. */
  readonly tokenHash: Uint8Array;
  readonly now: number;
}

export interface EndSession {
  readonly userId: string;
  readonly closeChats: boolean;
  readonly now: number;
}

export interface CreateChat {
  /** `createdAt` is `now`. */
  readonly chat: ChatSettings;
  readonly maxChats: number;
  readonly maxChatsPerUser: number;
}

export interface GetChat {
  readonly chatId: string;
  /** Users last active after this are active. */
  readonly activeSince: number;
  readonly now: number;
}

export interface CloseChat {
  readonly chatId: string;
  /** Absent: an operator. */
  readonly userId: string | undefined;
  readonly now: number;
}

export interface PostMessage {
  /** UUID for the message, if it is new. */
  readonly id: string;
  readonly chatId: string;
  readonly author: User;
  readonly text: string;
  /** `encodedSizeBound` of the message. */
  readonly sizeBytes: number;
  readonly clientMessageId: string | undefined;
  readonly now: number;
}

export interface ListMessages {
  readonly chatId: string;
  readonly user: User;
  readonly order: MessageOrder;
  readonly fromSeq: number | undefined;
  readonly limit: number;
  readonly maxBytes: number;
  readonly markRead: boolean;
  readonly now: number;
}

export interface MessagePage {
  /** In the order asked for. */
  readonly messages: readonly Message[];
  /** `fromSeq` of the next page; absent at the end. */
  readonly nextFromSeq: number | undefined;
  /** `missedAfter` the position before this page moved it; 0 without a position. */
  readonly missed: number;
  /** As now stored; absent if the user has none. */
  readonly position: number | undefined;
}

export interface FetchUnread {
  readonly chatId: string;
  readonly user: User;
  readonly ackSeq: number | undefined;
  readonly limit: number;
  readonly maxBytes: number;
  readonly now: number;
}

export interface UnreadPage {
  /** By rising seq. */
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
  /** As now stored. */
  readonly position: number;
  /** `missedAfter` the position that the messages follow. */
  readonly missed: number;
}

export interface MarkRead {
  readonly chatId: string;
  readonly user: User;
  readonly seq: number;
  readonly now: number;
}

export interface ReadPosition {
  /** As now stored. */
  readonly position: number;
  /** Kept messages after it. */
  readonly unread: number;
}

export interface ReadMessages {
  readonly chatId: string;
  readonly afterSeq: number;
  readonly limit: number;
  readonly maxBytes: number;
  readonly now: number;
}

export interface MessageRun {
  /** By rising seq. */
  readonly messages: readonly Message[];
  /** What the chat keeps. */
  readonly kept: Kept;
  /** When the chat closes by itself; NEVER without a lifetime. */
  readonly expiresAt: number;
}

export interface NoteActivity {
  readonly chatId: string;
  /** At most MAX_USERS_PER_NOTE. */
  readonly users: readonly User[];
  readonly now: number;
}

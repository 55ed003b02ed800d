/** People, chats and readers around a live hub on the memory storage, at a time that a test moves. */

import { createHash, randomUUID } from 'node:crypto';
import { encodedSizeBound } from '../../src/domain/encoded-size.ts';
import { Refusal } from '../../src/domain/errors.ts';
import { CALL_DEADLINE_MS, DEFAULT_LIMITS, MAX_WAIT_MS } from '../../src/domain/limits.ts';
import { NO_RATES } from '../../src/domain/rates.ts';
import type { Message, User } from '../../src/domain/models.ts';
import { createLiveHub, type LiveHub } from '../../src/live/live-hub.ts';
import { NO_LIVE_METER, type LiveMeter } from '../../src/live/live-meter.ts';
import { NO_CALL_METER } from '../../src/service/call-meter.ts';
import type { Caller } from '../../src/service/calls.ts';
import { Credentials } from '../../src/service/credentials.ts';
import { Deadlines } from '../../src/service/deadlines.ts';
import type { Dependencies } from '../../src/service/dependencies.ts';
import { fetchUnread } from '../../src/service/fetch-unread.ts';
import { newId } from '../../src/service/new-id.ts';
import { PageTokens } from '../../src/service/page-tokens.ts';
import { RateLimits } from '../../src/service/rate-limits.ts';
import type { FetchUnreadResponse } from '../../src/service/responses.ts';
import { openMemoryStorage } from '../../src/storage/memory/open-memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { FakeClock } from './fake-clock.ts';
import { recordedLog } from './recorded-log.ts';
import { Reader, type ReaderOptions } from './reader.ts';

export const SESSION_TTL_MS = 30 * 60_000;

/** A user with a live session. */
export interface Person {
  readonly user: User;
  readonly tokenHash: Uint8Array;
}

export interface SceneOptions {
  readonly maxStreamsPerSession?: number;
  readonly sessionTtlMs?: number;
  readonly maxStreamAgeMs?: number;
  /** What the hub sees of the storage, for tests in which it is slow or fails. */
  readonly disturb?: (storage: Storage) => Storage;
  /** Told of streams and waits. */
  readonly meter?: LiveMeter;
}

export class LiveScene {
  readonly clock = new FakeClock();
  readonly storage: Storage = openMemoryStorage();
  readonly hub: LiveHub;
  readonly log = recordedLog();
  readonly #sessionTtlMs: number;
  readonly #dependencies: Dependencies;

  constructor(options: SceneOptions = {}) {
    const { maxStreamsPerSession = 0, sessionTtlMs = SESSION_TTL_MS, disturb = (storage) => storage } = options;
    const { maxStreamAgeMs } = options;
    const { clock, log } = this;
    const storage = disturb(this.storage);
    const limits = { ...DEFAULT_LIMITS, maxStreamsPerSession };
    this.#sessionTtlMs = sessionTtlMs;
    const { meter = NO_LIVE_METER } = options;
    this.hub = createLiveHub({ storage, clock, log, limits, maxStreamAgeMs, meter });
    this.#dependencies = {
      storage,
      live: this.hub,
      clock,
      limits,
      rateLimits: new RateLimits({ rates: NO_RATES, storage, clock, log }),
      pageTokens: new PageTokens(storage.pageTokenKey),
      credentials: new Credentials(),
      isOperator: () => false,
      deadlines: new Deadlines(clock, CALL_DEADLINE_MS),
      log,
      meter: NO_CALL_METER,
      newId,
      isShuttingDown,
    };
  }

  /** Starts a session. */
  async person(displayName = 'Ada'): Promise<Person> {
    const user = { userId: randomUUID(), displayName };
    const tokenHash = createHash('sha256').update(user.userId).digest();
    const ttlMs = this.#sessionTtlMs;
    accepted(await this.storage.createSession({ user, tokenHash, ttlMs, maxUsers: 0, now: this.clock.now() }));
    return { user, tokenHash };
  }

  /** Opens a chat. @returns its id. */
  async chat(
    creator: Person,
    { maxMessages = 1_000, ttlMs }: { maxMessages?: number; ttlMs?: number } = {},
  ): Promise<string> {
    const chat = {
      id: randomUUID(),
      title: '',
      creator: creator.user,
      createdAt: this.clock.now(),
      maxMessages,
      readOnly: false,
      unlisted: false,
      ttlMs,
    };
    return accepted(await this.storage.createChat({ chat, maxChats: 0, maxChatsPerUser: 0 })).id;
  }

  /** Posts some messages. @returns the last. */
  async post(author: Person, chatId: string, texts: number | readonly string[] = 1): Promise<Message> {
    const all = typeof texts === 'number' ? Array.from({ length: texts }, (_, index) => `line ${index}`) : texts;
    const sent = { chatId, author: author.user, clientMessageId: undefined, now: this.clock.now() };
    const messages = await Promise.all(
      all.map((text) => {
        const sizeBytes = encodedSizeBound(author.user.displayName, text);
        return this.storage.postMessage({ ...sent, id: randomUUID(), text, sizeBytes }, {});
      }),
    );
    return accepted(messages.at(-1) ?? new Refusal('INTERNAL'));
  }

  /** A call of this person's, found live just now. */
  caller(person: Person, signal: AbortSignal = new AbortController().signal): Caller {
    const now = this.clock.now();
    const session = { ...person.user, createdAt: now, expiresAt: now + this.#sessionTtlMs };
    return { api: 'grpc', session, ...person, now, unreadable: [], signal };
  }

  /** Opens a stream that must not be refused. */
  async read(
    person: Person,
    chatId: string,
    options: ReaderOptions & { afterSeq?: number | undefined; signal?: AbortSignal } = {},
  ): Promise<Reader> {
    const { afterSeq, signal } = options;
    const reader = new Reader(options);
    const refusal = await this.hub.subscribe(this.caller(person, signal), { chatId, afterSeq }, reader);
    if (refusal !== undefined) throw new Error(`refused: ${refusal.code}`);
    return reader;
  }

  /** Fetches what is unread, plainly, and waits for something if nothing is. */
  async wait(
    person: Person,
    chatId: string,
    { waitMs = MAX_WAIT_MS, signal }: { waitMs?: number; signal?: AbortSignal } = {},
  ): Promise<FetchUnreadResponse | Refusal> {
    const request = { chatId, ackSeq: undefined, limit: undefined, waitMs };
    return await fetchUnread(this.#dependencies, this.caller(person, signal), request);
  }

  /** Ends a session and closes its chats. */
  async end({ user }: Person): Promise<void> {
    await this.storage.endSession({ userId: user.userId, closeChats: true, now: this.clock.now() });
  }

  async close({ user }: Person, chatId: string): Promise<void> {
    await this.storage.closeChat({ chatId, userId: user.userId, now: this.clock.now() });
  }
}

/** Resolves when everything has happened that was bound to happen without time passing. */
export async function quiet(turns = 10): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function accepted<T>(answer: T | Refusal): T {
  if (answer instanceof Refusal) throw new Error(`refused: ${answer.code}`);
  return answer;
}

function isShuttingDown(): boolean {
  return false;
}

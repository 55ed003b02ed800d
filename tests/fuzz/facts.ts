/** What a client that has seen every answer knows about the server: who is there, which chats are open, what was posted. */

import type { Limits } from '../../src/domain/limits.ts';
import type { Message } from '../../src/gen/http/index.ts';

/** A session that was acknowledged. */
export interface SessionFacts {
  readonly token: string;
  readonly userId: string;
  readonly displayName: string;
  /** The latest of: its creation, its last post, the closing of the last chat it created. Milliseconds since the epoch. */
  activeAt: number;
  /** Its end was acknowledged. */
  isEnded: boolean;
  /** The highest position that any answer gave, by chat. */
  readonly positions: Map<string, number>;
}

/** A chat that was acknowledged. */
export interface ChatFacts {
  readonly id: string;
  readonly creator: SessionFacts;
  readonly title: string;
  readonly createdAt: number;
  readonly maxMessages: number;
  readonly isReadOnly: boolean;
  readonly isUnlisted: boolean;
  /** Infinity without a lifetime. */
  readonly expiresAt: number;
  /** Its closing was acknowledged. */
  isClosed: boolean;
  /** Every post that was acknowledged, by seq. */
  readonly posts: Map<number, Message>;
  /** The posts that can be repeated: who, with which id of theirs, and which it was. */
  readonly repeatable: { readonly userId: string; readonly clientMessageId: string; readonly message: Message }[];
}

/** A page token that was given out, and for what. */
export interface PageTokenFacts {
  readonly token: string;
  readonly operation: string;
  /** Absent: the operator. */
  readonly userId: string | undefined;
  readonly chatId: string | undefined;
  readonly order: unknown;
}

const CLIENT_MESSAGE_ID_MEMORY_MS = 10 * 60_000;
const HOUR_MS = 60 * 60_000;

/** The model that the server is compared with. Nothing in it depends on the order of what happens at the same time. */
export class Facts {
  readonly limits: Limits;
  readonly sessions: SessionFacts[] = [];
  readonly chats = new Map<string, ChatFacts>();
  readonly pageTokens: PageTokenFacts[] = [];
  readonly #now: () => number;

  constructor(limits: Limits, now: () => number) {
    this.limits = limits;
    this.#now = now;
  }

  get now(): number {
    return this.#now();
  }

  get liveSessions(): readonly SessionFacts[] {
    return this.sessions.filter((session) => this.isLive(session));
  }

  get openChats(): readonly ChatFacts[] {
    return [...this.chats.values()].filter((chat) => this.isOpen(chat));
  }

  /** The session of a user, in whichever case the id is. */
  sessionOf(userId: unknown): SessionFacts | undefined {
    return this.sessions.find((session) => session.userId === String(userId).toLowerCase());
  }

  isLive(session: SessionFacts): boolean {
    return !session.isEnded && this.#now() < this.deadline(session);
  }

  /** When a session ends if nothing else happens. */
  deadline(session: SessionFacts): number {
    const own = [...this.chats.values()].filter(({ creator, isClosed }) => creator === session && !isClosed);
    return Math.max(session.activeAt, ...own.map(({ expiresAt }) => expiresAt)) + this.limits.sessionTtlMs;
  }

  /** Who ends a session with chats closes them, and nobody can open one in a session that has ended. */
  isOpen({ isClosed, expiresAt, creator }: ChatFacts): boolean {
    return !isClosed && this.#now() < expiresAt && !creator.isEnded;
  }

  openChatsOf(session: SessionFacts): readonly ChatFacts[] {
    return this.openChats.filter(({ creator }) => creator === session);
  }

  /** The remembered posts with this id. */
  repeatable(chat: ChatFacts, { userId }: SessionFacts, clientMessageId: unknown): readonly Message[] {
    const since = this.#now() - CLIENT_MESSAGE_ID_MEMORY_MS;
    const own = chat.repeatable.filter((post) => post.userId === userId && post.clientMessageId === clientMessageId);
    return own.map(({ message }) => message).filter(({ sentAt }) => Date.parse(sentAt) > since);
  }

  /** How many messages were accepted less than an hour ago, and how many may be counted besides. */
  get postedLastHour(): { readonly atLeast: number; readonly atMost: number } {
    const ages = [...this.chats.values()].flatMap(({ posts }) =>
      Array.from(posts.values(), ({ sentAt }) => this.#now() - Date.parse(sentAt)),
    );
    const coarseMs = 10_000;
    return {
      atLeast: ages.filter((age) => age < HOUR_MS - coarseMs).length,
      atMost: ages.filter((age) => age <= HOUR_MS + coarseMs).length,
    };
  }
}

/** The last seq of a chat, if all its posts are known. */
export function lastSeqOf({ posts }: ChatFacts): number {
  return Math.max(0, ...posts.keys());
}

/** How many messages a chat keeps. */
export function keptCountOf(chat: ChatFacts): number {
  return Math.min(chat.maxMessages, lastSeqOf(chat));
}

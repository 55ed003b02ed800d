/** Everything about one live session. */

import { isOver, NEVER, sessionDeadline } from '../../domain/lifetime.ts';
import type { LiveSession, Session, User } from '../../domain/models.ts';
import type { CreateSession } from '../storage.ts';
import type { ChatRecord } from './chat-record.ts';
import type { Expiring } from './deadline-index.ts';
import { BTree, chatIndex, compareIds } from './ordered.ts';
import type { Visit } from './visit.ts';

/** A session, the chats it has open and the chats it has been to. */
export class SessionRecord implements Expiring {
  readonly user: User;
  readonly tokenHash: Uint8Array;
  readonly createdAt: number;
  readonly ttlMs: number;
  /** The latest of: its creation, its last message, the closing of a chat that is not among `openChats` any more. */
  activeAt: number;
  /** The chats it created that were not closed, earliest deadline first; some may be over. */
  readonly openChats: BTree<ChatRecord> = new BTree<ChatRecord, undefined>(undefined, compareDeadlines);
  /** Some may be to chats that are over. */
  readonly visits = chatIndex<Visit>();
  indexedAt = NEVER;

  constructor({ user, tokenHash, ttlMs, now }: CreateSession) {
    this.user = { userId: user.userId, displayName: user.displayName };
    this.tokenHash = tokenHash;
    this.createdAt = now;
    this.ttlMs = ttlMs;
    this.activeAt = now;
  }

  get id(): string {
    return this.user.userId;
  }

  /** The latest deadline of its chats; its creation if it has none. */
  get chatsUntil(): number {
    // Most sessions have none, and this is asked with every post.
    if (this.openChats.size === 0) return this.createdAt;
    return this.openChats.maxKey()?.expiresAt ?? this.createdAt;
  }

  /** When it ends if nothing else happens. */
  get expiresAt(): number {
    return sessionDeadline(this);
  }

  /** Notes a message, or the closing of a chat. */
  noteActivity(at: number): void {
    this.activeAt = Math.max(this.activeAt, at);
  }

  /** Its visits while it is being taken out: each must be out before the next is asked for. */
  *departingVisits(): Generator<Visit, void> {
    for (;;) {
      const [visit] = this.visits.values();
      if (visit === undefined) return;
      yield visit;
    }
  }

  /** Its chats while they are being closed: each must be closed before the next is asked for. */
  *closingChats(): Generator<ChatRecord, void> {
    for (let chat = this.openChats.maxKey(); chat !== undefined; chat = this.openChats.maxKey()) yield chat;
  }

  /** As callers see it. */
  view(): Session {
    const { userId, displayName } = this.user;
    return { userId, displayName, createdAt: this.createdAt, expiresAt: this.expiresAt };
  }

  /** As an operator sees it at `now`. */
  operatorView(now: number): LiveSession {
    return { ...this.view(), openChats: this.openChats.size - this.#chatsOver(now) };
  }

  /** How many of `openChats` are over, which house-keeping soon takes out. */
  #chatsOver(now: number): number {
    let count = 0;
    for (const chat of this.openChats.keys()) {
      if (!isOver(chat.expiresAt, now)) break;
      count += 1;
    }
    return count;
  }
}

function compareDeadlines(a: ChatRecord, b: ChatRecord): number {
  if (a.expiresAt === b.expiresAt) return compareIds(a.id, b.id);
  return a.expiresAt < b.expiresAt ? -1 : 1;
}

/** The data themselves, shared by any number of handles: what is stored, what is found by what, and how things come and go. */

import { randomBytes } from 'node:crypto';

import { isOver } from '../../domain/lifetime.ts';
import type { ChatRecord } from './chat-record.ts';
import { DeadlineIndex } from './deadline-index.ts';
import { BTree, chatIndex, compareIds } from './ordered.ts';
import { RecentCounter } from './recent-counter.ts';
import type { RetryMemory } from './retry-memory.ts';
import type { SessionRecord } from './session-record.ts';
import { SpentRates } from './spent-rates.ts';
import type { Visit } from './visit.ts';
import { Watchers } from './watchers.ts';

/** Fresh data, with nothing in them. */
export function createMemoryData(): MemoryData {
  return new MemoryData();
}

/**
 * What expired stays until something takes it out: whoever looks for one thing compares, whoever counts takes out some first,
 * house-keeping takes out all.
 */
export class MemoryData {
  readonly pageTokenKey: Uint8Array = randomBytes(32);
  readonly sessions = new Map<string, SessionRecord>();
  /** The same by id, the greatest first. */
  readonly sessionsById: BTree<string, SessionRecord> = new BTree(undefined, (a, b) => compareIds(b, a));
  readonly chats = new Map<string, ChatRecord>();
  readonly chatsByAge = chatIndex<ChatRecord>();
  readonly listedChats = chatIndex<ChatRecord>();
  /** Visits still to be taken out, each the visits to one closed chat or of one expired session. */
  readonly leftoverVisits: Iterator<Visit>[] = [];

  readonly sessionDeadlines = new DeadlineIndex<SessionRecord>();
  readonly chatDeadlines = new DeadlineIndex<ChatRecord>();
  readonly retryDeadlines = new DeadlineIndex<RetryMemory>();

  readonly chatWatchers = new Watchers();
  readonly userWatchers = new Watchers();

  readonly spentRates = new SpentRates();
  readonly recentMessages = new RecentCounter();
  /** Messages kept in `chats`. */
  messageCount = 0;

  /** The session of a user, if it is live. */
  liveSession(userId: string, now: number): SessionRecord | undefined {
    const session = this.sessions.get(userId);
    return session === undefined || isOver(session.expiresAt, now) ? undefined : session;
  }

  /** A chat, if it is open. */
  openChat(chatId: string, now: number): ChatRecord | undefined {
    const chat = this.chats.get(chatId);
    return chat?.isOpen(now) === true ? chat : undefined;
  }

  /** Takes a new session in. */
  addSession(session: SessionRecord): void {
    this.sessions.set(session.id, session);
    this.sessionsById.set(session.id, session);
    this.sessionDeadlines.update(session);
  }

  /** Takes a session out. Its visits and its chats are another matter. */
  removeSession(session: SessionRecord): void {
    this.sessions.delete(session.id);
    this.sessionsById.delete(session.id);
    this.sessionDeadlines.remove(session);
  }

  /** Takes a new chat in, and moves its creator's deadline. */
  addChat(chat: ChatRecord): void {
    this.chats.set(chat.id, chat);
    this.chatsByAge.set(chat.settings, chat);
    if (!chat.settings.unlisted) this.listedChats.set(chat.settings, chat);
    this.chatDeadlines.update(chat);
    chat.creator.openChats.set(chat, undefined);
    this.sessionDeadlines.update(chat.creator);
  }

  /**
   * Takes a chat out, which closed at `closedAt`, and moves its creator's deadline. The time it takes does not depend on what is
   * in it: the messages go by dropping a reference, the visits are left to house-keeping.
   */
  removeChat(chat: ChatRecord, closedAt: number): void {
    this.chats.delete(chat.id);
    this.chatsByAge.delete(chat.settings);
    this.listedChats.delete(chat.settings);
    this.chatDeadlines.remove(chat);
    this.retryDeadlines.remove(chat.retries);
    this.messageCount -= chat.log.count;
    chat.close();
    this.leftoverVisits.push(chat.visits.values());

    const { creator } = chat;
    creator.openChats.delete(chat);
    creator.noteActivity(closedAt);
    if (this.sessions.has(creator.id)) this.sessionDeadlines.update(creator);
  }
}

/** Everything about one chat, so that it goes all at once. */

import { chatDeadline, isOver, NEVER } from '../../domain/lifetime.ts';
import { MAX_ACTIVE_USERS_SHOWN } from '../../domain/limits.ts';
import type { Chat, ChatSettings } from '../../domain/models.ts';
import { ActiveUsers } from './active-users.ts';
import type { Expiring } from './deadline-index.ts';
import { MessageLog } from './message-log.ts';
import { RetryMemory } from './retry-memory.ts';
import type { SessionRecord } from './session-record.ts';
import { Visit } from './visit.ts';

/** A chat, its messages and its visitors. */
export class ChatRecord implements Expiring {
  readonly settings: ChatSettings;
  readonly creator: SessionRecord;
  readonly expiresAt: number;
  readonly log: MessageLog;
  readonly retries: RetryMemory;
  readonly activeUsers = new ActiveUsers();
  /** By user id. */
  readonly visits = new Map<string, Visit>();
  indexedAt = NEVER;
  #isClosed = false;

  constructor(settings: ChatSettings, creator: SessionRecord) {
    this.settings = { ...settings, creator: creator.user };
    this.creator = creator;
    this.expiresAt = chatDeadline(settings.createdAt, settings.ttlMs);
    this.log = new MessageLog(settings.maxMessages);
    this.retries = new RetryMemory(settings.id);
  }

  get id(): string {
    return this.settings.id;
  }

  /** Whether it was neither closed nor is over. */
  isOpen(now: number): boolean {
    return !this.#isClosed && !isOver(this.expiresAt, now);
  }

  /** Closes it and lets go of its messages. Its visits stay until somebody takes them out. */
  close(): void {
    this.#isClosed = true;
    this.log.clear();
    this.retries.clear();
  }

  /** What this user has here: found, or made. */
  visitOf(session: SessionRecord): Visit {
    const found = this.visits.get(session.id);
    if (found !== undefined) return found;
    const visit = new Visit(session, this);
    this.visits.set(session.id, visit);
    session.visits.set(this.settings, visit);
    return visit;
  }

  /** As callers see it. Users last active after `activeSince` are active. */
  view(activeSince: number): Chat {
    return {
      ...this.settings,
      expiresAt: this.expiresAt,
      messageCount: this.log.count,
      lastMessageAt: this.log.lastSentAt,
      activeUsers: {
        count: this.activeUsers.count(activeSince),
        users: this.activeUsers.latest(activeSince, MAX_ACTIVE_USERS_SHOWN),
      },
    };
  }
}

/** What one user has in one chat: a position, and when they were last active. */

import { NEVER } from '../../domain/lifetime.ts';
import type { User } from '../../domain/models.ts';
import { NOT_YET, type Activity } from './active-users.ts';
import type { ChatRecord } from './chat-record.ts';
import type { SessionRecord } from './session-record.ts';

/** Ties a session to a chat, and goes with either of them. */
export class Visit implements Activity {
  readonly session: SessionRecord;
  readonly chat: ChatRecord;
  /** Absent until something makes one. */
  position: number | undefined;
  lastActiveAt = NOT_YET;
  indexedAt = NEVER;

  constructor(session: SessionRecord, chat: ChatRecord) {
    this.session = session;
    this.chat = chat;
    this.position = undefined;
  }

  get id(): string {
    return this.session.id;
  }

  get user(): User {
    return this.session.user;
  }

  get expiresAt(): number {
    return this.session.expiresAt;
  }

  get ttlMs(): number {
    return this.session.ttlMs;
  }

  /** Takes it from the session and from the chat. */
  remove(): void {
    this.session.visits.delete(this.chat.settings);
    this.chat.visits.delete(this.id);
    this.chat.activeUsers.remove(this);
  }
}

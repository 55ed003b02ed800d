/** The lists of a storage: what is asked for a page, and what it holds. Part of the contract in `storage.ts`. */

import type { Chat, LiveSession, UnreadCount } from '../domain/models.ts';

/** The place of a chat in the order "most recently created first": by creation, then by id, both falling. */
export interface ChatCursor {
  readonly createdAt: number;
  readonly chatId: string;
}

export interface ListSessions {
  /** UUID. */
  readonly after: string | undefined;
  readonly limit: number;
  readonly now: number;
}

export interface SessionPage {
  readonly sessions: readonly LiveSession[];
  /** `after` of the next page; absent at the end. */
  readonly next: string | undefined;
}

export interface ListChats {
  /** Whether those that are left out of lists are shown, too. */
  readonly unlisted: boolean;
  readonly after: ChatCursor | undefined;
  readonly limit: number;
  /** Users last active after this are active. */
  readonly activeSince: number;
  readonly now: number;
}

export interface ChatPage {
  readonly chats: readonly Chat[];
  /** Where the next page begins; absent at the end. */
  readonly next: ChatCursor | undefined;
}

export interface ListUnreadCounts {
  readonly userId: string;
  readonly after: ChatCursor | undefined;
  readonly limit: number;
  readonly now: number;
}

export interface UnreadCountPage {
  readonly counts: readonly UnreadCount[];
  /** Where the next page begins; absent at the end. */
  readonly next: ChatCursor | undefined;
}

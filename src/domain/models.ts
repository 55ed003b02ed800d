/** What Veche is about: users, sessions, chats, messages. Times are milliseconds since the epoch. */

/** A user as others see one. */
export interface User {
  /** UUID in lower case. Public, never a credential. */
  readonly userId: string;
  /** As normalized by `parseDisplayName`. */
  readonly displayName: string;
}

/** One user's stay. */
export interface Session extends User {
  readonly createdAt: number;
  /** When it ends if nothing else happens; NEVER while its user has an open chat without a lifetime. */
  readonly expiresAt: number;
}

/** A live session as an operator sees it. */
export interface LiveSession extends Session {
  /** Open chats that its user created. */
  readonly openChats: number;
}

/** What is fixed about a chat at its creation. */
export interface ChatSettings {
  /** UUID in lower case, never used again. */
  readonly id: string;
  /** May be empty. */
  readonly title: string;
  readonly creator: User;
  readonly createdAt: number;
  /** How many messages are kept; 0: all. */
  readonly maxMessages: number;
  /** Only the creator posts. */
  readonly readOnly: boolean;
  /** Left out of lists. */
  readonly unlisted: boolean;
  /** Lifetime from `createdAt`; absent: none. */
  readonly ttlMs: number | undefined;
}

/** A user active in a chat. */
export interface ActiveUser extends User {
  readonly lastActiveAt: number;
}

/** An open chat as it is now. */
export interface Chat extends ChatSettings {
  /** When it closes by itself; NEVER without a lifetime. */
  readonly expiresAt: number;
  /** Messages kept now. */
  readonly messageCount: number;
  /** Absent before the first message. */
  readonly lastMessageAt: number | undefined;
  readonly activeUsers: {
    readonly count: number;
    /** The first 20, most recently active first. */
    readonly users: readonly ActiveUser[];
  };
}

/** A message. */
export interface Message {
  /** UUID in lower case. */
  readonly id: string;
  readonly chatId: string;
  /** 1, 2, 3 … in its chat, without holes. */
  readonly seq: number;
  readonly author: User;
  /** Exactly as sent. */
  readonly text: string;
  /** Never decreases with `seq`. */
  readonly sentAt: number;
}

/** The order of a page of messages. */
export type MessageOrder = 'OLDEST_FIRST' | 'NEWEST_FIRST';

/** What a user has not read in one chat. */
export interface UnreadCount {
  readonly chatId: string;
  readonly position: number;
  readonly lastSeq: number;
  /** Kept messages after the position. */
  readonly unread: number;
  /** Messages after the position that were trimmed before they could be read. */
  readonly missed: number;
}

/** Figures of the whole server. */
export interface Stats {
  /** Live sessions. */
  readonly users: number;
  /** Open chats. */
  readonly chats: number;
  /** Messages kept now. */
  readonly messages: number;
  /** Messages accepted in the past 60 minutes, those gone since included. */
  readonly messagesLastHour: number;
}

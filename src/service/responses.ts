/** The responses of all methods as plain data, names as in the contract: what a use-case hands back to an API. */

import type { Limits } from '../domain/limits.ts';
import type { Chat, LiveSession, Message, Session, Stats, UnreadCount } from '../domain/models.ts';
import type { ReadPosition, UnreadPage } from '../storage/storage.ts';

export interface CreateSessionResponse {
  readonly session: Session;
  /** The secret, shown only here. */
  readonly token: string;
}

export interface GetSessionResponse {
  readonly session: Session;
}

/** Of CreateChat and GetChat. */
export interface ChatResponse {
  readonly chat: Chat;
}

export interface ListChatsResponse {
  readonly chats: readonly Chat[];
  /** Absent at the end. */
  readonly nextPageToken: string | undefined;
}

export interface PostMessageResponse {
  readonly message: Message;
}

export interface ListMessagesResponse {
  readonly messages: readonly Message[];
  /** Absent at the end. */
  readonly nextPageToken: string | undefined;
  readonly missed: number;
  /** Absent if the caller has none. */
  readonly position: number | undefined;
}

export type FetchUnreadResponse = UnreadPage;

export type MarkReadResponse = ReadPosition;

export interface ListUnreadCountsResponse {
  readonly counts: readonly UnreadCount[];
  /** Absent at the end. */
  readonly nextPageToken: string | undefined;
}

export interface GetStatsResponse extends Stats {
  readonly limits: Limits;
}

export interface ListSessionsResponse {
  readonly sessions: readonly LiveSession[];
  /** Absent at the end. */
  readonly nextPageToken: string | undefined;
}

export type ListAllChatsResponse = ListChatsResponse;

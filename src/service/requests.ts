/**
 * The requests of all methods that have one as plain data, decoded but not yet judged: what an API hands to a use-case.
 * Names are those of the contract in camelCase. Durations are milliseconds (NaN where the encoded one is not whole
 * milliseconds), numbers may be anything that the wire allows, and `undefined` means left out. What could not be read is
 * left out, too, and named in the call.
 */

import type { MessageOrder } from '../domain/models.ts';
import type { Problem } from '../domain/problem.ts';

export interface CreateSessionRequest {
  readonly displayName: string;
}

export interface EndSessionRequest {
  readonly closeChats: boolean;
}

export interface CreateChatRequest {
  readonly title: string;
  readonly maxMessages: number | undefined;
  readonly readOnly: boolean;
  readonly ttlMs: number | undefined;
  readonly unlisted: boolean;
}

export interface ListChatsRequest {
  readonly pageSize: number | undefined;
  readonly pageToken: string | undefined;
}

export interface GetChatRequest {
  readonly chatId: string;
}

export interface CloseChatRequest {
  readonly chatId: string;
}

export interface PostMessageRequest {
  readonly chatId: string;
  readonly text: string;
  readonly clientMessageId: string | undefined;
}

export interface ListMessagesRequest {
  readonly chatId: string;
  readonly pageSize: number | undefined;
  readonly pageToken: string | undefined;
  /** A Problem where the encoded value names no order. */
  readonly order: MessageOrder | Problem | undefined;
  readonly markRead: boolean | undefined;
}

export interface FetchUnreadRequest {
  readonly chatId: string;
  readonly ackSeq: number | undefined;
  readonly limit: number | undefined;
  readonly waitMs: number | undefined;
}

export interface MarkReadRequest {
  readonly chatId: string;
  readonly seq: number | undefined;
}

export interface ListUnreadCountsRequest {
  readonly pageSize: number | undefined;
  readonly pageToken: string | undefined;
}

export interface SubscribeRequest {
  readonly chatId: string;
  readonly afterSeq: number | undefined;
}

export interface ListSessionsRequest {
  readonly pageSize: number | undefined;
  readonly pageToken: string | undefined;
}

export type ListAllChatsRequest = ListChatsRequest;

export interface CloseAnyChatRequest {
  readonly chatId: string;
  readonly reason: string;
}

export interface EndAnySessionRequest {
  readonly userId: string;
  readonly reason: string;
}

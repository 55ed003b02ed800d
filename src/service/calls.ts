/** One call as a use-case sees it, whichever API it came through: what is asked, by whom, and until when. */

import type { Session, User } from '../domain/models.ts';

/** The methods of Veche: the same word in the contracts, in code, in logs and as the label of metrics. */
export const METHODS = [
  'CreateSession',
  'GetSession',
  'EndSession',
  'CreateChat',
  'ListChats',
  'GetChat',
  'CloseChat',
  'PostMessage',
  'ListMessages',
  'FetchUnread',
  'MarkRead',
  'ListUnreadCounts',
  'Subscribe',
  'GetStats',
] as const;

/** The name of a method. */
export type Method = (typeof METHODS)[number];

/** What an API knows about a call besides its request. */
export interface Call {
  readonly method: Method;
  /** The bearer token as sent; absent if none was. */
  readonly token: string | undefined;
  /** Aborted when the caller is gone or its deadline has passed. Reading it costs a little: do so only to wait or to pass it on. */
  readonly signal: AbortSignal;
  /** The server gives the call up: aborts the signal. */
  abandon(): void;
}

/** Who calls, once authenticated. */
export interface Caller {
  readonly session: Session;
  /** Who the session belongs to, as others see them. */
  readonly user: User;
  /** What `authenticate` was asked with, to ask again later: a stream or a wait outlives the call's first look. */
  readonly tokenHash: Uint8Array;
  /** The time at which the session was found live: the one `now` of the whole call. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** One call as a use-case sees it, whichever API it came through: what is asked, by whom, and until when. */

import type { FieldViolation } from '../domain/errors.ts';
import type { Session, User } from '../domain/models.ts';
import type { CancelSignal } from '../storage/storage.ts';

/** Every method of Veche, and whom it is for: anybody, whoever has a live session, or the operator. */
export const CALLED_BY = {
  CreateSession: 'anybody',
  GetSession: 'session',
  EndSession: 'session',
  CreateChat: 'session',
  ListChats: 'session',
  GetChat: 'session',
  CloseChat: 'session',
  PostMessage: 'session',
  ListMessages: 'session',
  FetchUnread: 'session',
  MarkRead: 'session',
  ListUnreadCounts: 'session',
  Subscribe: 'session',
  GetStats: 'anybody',
  ListSessions: 'operator',
  ListAllChats: 'operator',
  CloseAnyChat: 'operator',
  EndAnySession: 'operator',
} as const;

/** The name of a method: the same word in the contracts, in code, in logs and as the label of metrics. */
export type Method = keyof typeof CALLED_BY;

/** All names. */
export const METHODS = Object.keys(CALLED_BY) as readonly Method[];

export type { CancelSignal };

/** The APIs through which calls come: the word in the label of metrics. */
export const APIS = ['grpc', 'http'] as const;

/** One of them. */
export type Api = (typeof APIS)[number];

/** What an API knows about a call besides its request. */
export interface Call<out M extends Method = Method> {
  readonly method: M;
  readonly api: Api;
  /** The bearer token as sent; absent if none was. */
  readonly token: string | undefined;
  /** Where it comes from, as far as rates tell callers apart: what `CallerAddresses` gives. Asked for only where it matters. */
  readonly address: string;
  /** What of the request could not be read, each field and why; normally empty. The request comes without these fields. */
  readonly unreadable: readonly FieldViolation[];
  /** Aborted when the caller is gone or its deadline has passed. */
  readonly signal: CancelSignal;
  /** The server gives the call up: aborts the signal. */
  abandon(): void;
}

/** Who calls, once authenticated. */
export interface Caller {
  readonly api: Api;
  readonly session: Session;
  /** Who the session belongs to, as others see them. */
  readonly user: User;
  /** What `authenticate` was asked with, to ask again later: a stream or a wait outlives the call's first look. */
  readonly tokenHash: Uint8Array;
  /** The time at which the session was found live: the one `now` of the whole call. */
  readonly now: number;
  /** As in the call. */
  readonly unreadable: readonly FieldViolation[];
  readonly signal: CancelSignal;
}

/** An operator who calls: nobody in particular. */
export type Operator = Pick<Caller, 'now' | 'unreadable' | 'signal'>;

interface Callers<M extends Method> {
  readonly anybody: Call<M>;
  readonly session: Caller;
  readonly operator: Operator;
}

/** For whom the use-case of a method runs. */
export type CallerOf<M extends Method> = Callers<M>[(typeof CALLED_BY)[M]];

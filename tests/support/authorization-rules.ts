/** Who may do what: every method with everybody who may call it, and what comes of it. A method without a row does not compile. */

import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../src/domain/errors.ts';
import type { Method } from '../../src/service/calls.ts';
import { createSessionToken } from '../../src/service/session-tokens.ts';
import type { Fields } from '../parity/api.ts';
import { ADMIN_TOKEN } from './admin-token.ts';

/** Whom the tokens of a situation belong to. The chats in it were opened by the creator. */
export interface Situation {
  readonly chatId: string;
  readonly readOnlyChatId: string;
  readonly creator: { readonly userId: string; readonly token: string };
  readonly another: { readonly userId: string; readonly token: string };
  /** Of a session that has ended. */
  readonly endedToken: string;
}

/** Everybody who may call, with what they show. A new kind of caller is a row here and a column in `Row`. */
export const CALLERS = {
  'nobody, without a token': () => undefined,
  'somebody with a token that is none': () => 'veche_none',
  'somebody with the public id of the creator for a token': ({ creator }) => creator.userId,
  'somebody with a forged token of the creator': ({ creator }) => createSessionToken(creator.userId),
  'somebody with a token of an unknown session': () => createSessionToken(randomUUID()),
  'somebody whose session has ended': ({ endedToken }) => endedToken,
  'another user': ({ another }) => another.token,
  'the creator': ({ creator }) => creator.token,
  'an operator': () => ADMIN_TOKEN,
} as const satisfies Readonly<Record<string, (at: Situation) => string | undefined>>;

export type CallerName = keyof typeof CALLERS;

/** What a call comes to. */
export type Verdict = 'answered' | ErrorCode;
type Row = Readonly<Record<CallerName, Verdict>>;

/** One request and what it comes to, by caller. */
export interface AuthorizationRule {
  /** Said where a method has several. */
  readonly of?: string;
  readonly request: (at: Situation) => Fields;
  readonly row: Row;
}

const STRANGERS = {
  'nobody, without a token': 'UNAUTHENTICATED',
  'somebody with a token that is none': 'UNAUTHENTICATED',
  'somebody with the public id of the creator for a token': 'UNAUTHENTICATED',
  'somebody with a forged token of the creator': 'UNAUTHENTICATED',
  'somebody with a token of an unknown session': 'UNAUTHENTICATED',
  'somebody whose session has ended': 'UNAUTHENTICATED',
} as const;

const ANYBODY: Row = {
  'nobody, without a token': 'answered',
  'somebody with a token that is none': 'answered',
  'somebody with the public id of the creator for a token': 'answered',
  'somebody with a forged token of the creator': 'answered',
  'somebody with a token of an unknown session': 'answered',
  'somebody whose session has ended': 'answered',
  'another user': 'answered',
  'the creator': 'answered',
  'an operator': 'answered',
};
const WHOEVER_HAS_A_SESSION: Row = {
  ...STRANGERS,
  'another user': 'answered',
  'the creator': 'answered',
  'an operator': 'UNAUTHENTICATED',
};
const OPERATORS: Row = {
  ...STRANGERS,
  'another user': 'UNAUTHENTICATED',
  'the creator': 'UNAUTHENTICATED',
  'an operator': 'answered',
};

const nothing = (): Fields => ({});
const theChat = ({ chatId }: Situation): Fields => ({ chatId });

export const AUTHORIZATION: Readonly<Record<Method, readonly AuthorizationRule[]>> = {
  CreateSession: [{ request: () => ({ displayName: 'Anna' }), row: ANYBODY }],
  GetSession: [{ request: nothing, row: WHOEVER_HAS_A_SESSION }],
  EndSession: [{ request: () => ({ closeChats: true }), row: WHOEVER_HAS_A_SESSION }],
  CreateChat: [{ request: nothing, row: WHOEVER_HAS_A_SESSION }],
  ListChats: [{ request: nothing, row: WHOEVER_HAS_A_SESSION }],
  GetChat: [{ request: theChat, row: WHOEVER_HAS_A_SESSION }],
  CloseChat: [{ request: theChat, row: { ...WHOEVER_HAS_A_SESSION, 'another user': 'NOT_CHAT_CREATOR' } }],
  PostMessage: [
    { request: ({ chatId }) => ({ chatId, text: 'hello' }), row: WHOEVER_HAS_A_SESSION },
    {
      of: 'a read-only chat',
      request: ({ readOnlyChatId: chatId }) => ({ chatId, text: 'hello' }),
      row: { ...WHOEVER_HAS_A_SESSION, 'another user': 'CHAT_READ_ONLY' },
    },
  ],
  ListMessages: [{ request: theChat, row: WHOEVER_HAS_A_SESSION }],
  FetchUnread: [{ request: theChat, row: WHOEVER_HAS_A_SESSION }],
  MarkRead: [{ request: ({ chatId }) => ({ chatId, seq: 0 }), row: WHOEVER_HAS_A_SESSION }],
  ListUnreadCounts: [{ request: nothing, row: WHOEVER_HAS_A_SESSION }],
  Subscribe: [{ request: theChat, row: WHOEVER_HAS_A_SESSION }],
  GetStats: [{ request: nothing, row: ANYBODY }],
  ListSessions: [{ request: nothing, row: OPERATORS }],
  ListAllChats: [{ request: nothing, row: OPERATORS }],
  CloseAnyChat: [{ request: ({ chatId }) => ({ chatId, reason: 'spam' }), row: OPERATORS }],
  EndAnySession: [{ request: ({ creator: { userId } }) => ({ userId, reason: 'spam' }), row: OPERATORS }],
};

/** The operations of HTTP that are not those of one method of the same name: what they are judged like, or open to anybody. */
export const OTHER_OPERATIONS: Readonly<Record<string, Method | 'open'>> = {
  headMessages: 'ListMessages',
  getHealth: 'open',
  getReadiness: 'open',
  getMetrics: 'open',
};

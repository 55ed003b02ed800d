/** Operators: what they see, what they end, and that nobody else does. */

import { DEFAULT_LIMITS } from '../../../src/domain/limits.ts';
import { METHODS, CALLED_BY } from '../../../src/service/calls.ts';
import { ABSENT, the } from '../expectation.ts';
import {
  does,
  hears,
  hearsLast,
  isRefused,
  NOBODY,
  passes,
  posts,
  subscribes,
  T0,
  type Scenario,
} from '../scenario.ts';
import { OPERATOR } from '../stage.ts';

const TTL_MS = DEFAULT_LIMITS.sessionTtlMs;
const NO_ID = '0198c0df-02b8-7e94-9d15-c3a6f0724b8e';
const reason = 'спам, третий раз';

export const OPERATORS: readonly Scenario[] = [
  {
    name: 'an operator sees every session, newest first, in pages, with its open chats',
    people: [],
    steps: [
      does('Anna', 'CreateSession', { displayName: 'Anna' }, { session: { userId: the('Anna') } }),
      passes(1_000),
      does('Boris', 'CreateSession', { displayName: 'Борис' }, { session: { userId: the('Boris') } }),
      passes(1_000),
      does('Vera', 'CreateSession', { displayName: 'Vera' }, { session: { userId: the('Vera') } }),
      does('Anna', 'CreateChat', { unlisted: true }),
      does('Anna', 'CreateChat', { ttl: 1_000 }),
      does('Vera', 'EndSession', {}),
      does(
        OPERATOR,
        'ListSessions',
        { pageSize: 1 },
        {
          sessions: [
            {
              userId: the('Boris'),
              displayName: 'Борис',
              createdAt: T0 + 1_000,
              expiresAt: T0 + 1_000 + TTL_MS,
              openChats: 0,
            },
          ],
          nextPageToken: the('next'),
        },
      ),
      does(
        OPERATOR,
        'ListSessions',
        { pageToken: the('next') },
        {
          sessions: [{ userId: the('Anna'), displayName: 'Anna', createdAt: T0, expiresAt: ABSENT, openChats: 2 }],
          nextPageToken: ABSENT,
        },
      ),
      passes(1_000),
      does(OPERATOR, 'ListSessions', {}, { sessions: [{ openChats: 0 }, { openChats: 1 }] }),
    ],
  },
  {
    name: 'an operator sees every open chat, newest first, in pages, the unlisted too',
    steps: [
      does('Anna', 'CreateChat', { title: 'Чай' }, { chat: { id: the('listed') } }),
      passes(1_000),
      does('Boris', 'CreateChat', { title: 'Тайна', unlisted: true }, { chat: { id: the('unlisted') } }),
      passes(1_000),
      does('Boris', 'CreateChat', { unlisted: true }, { chat: { id: the('closed') } }),
      does('Boris', 'CloseChat', { chatId: the('closed') }),
      posts('Anna', the('unlisted'), 'слово'),
      does(
        OPERATOR,
        'ListAllChats',
        { pageSize: 1 },
        {
          chats: [
            { id: the('unlisted'), title: 'Тайна', unlisted: true, creator: { displayName: 'Boris' }, messageCount: 1 },
          ],
          nextPageToken: the('next'),
        },
      ),
      does(
        OPERATOR,
        'ListAllChats',
        { pageToken: the('next') },
        { chats: [{ id: the('listed'), unlisted: false }], nextPageToken: ABSENT },
      ),
      does('Anna', 'ListChats', {}, { chats: [{ id: the('listed') }] }),
    ],
  },
  {
    name: 'page tokens are those of one method',
    steps: [
      does('Anna', 'CreateChat', {}),
      does('Anna', 'CreateChat', {}),
      does('Anna', 'ListChats', { pageSize: 1 }, { nextPageToken: the('of the listed') }),
      does(OPERATOR, 'ListAllChats', { pageSize: 1 }, { nextPageToken: the('of all') }),
      does(OPERATOR, 'ListSessions', { pageSize: 1 }, { nextPageToken: the('of sessions') }),
      isRefused(OPERATOR, 'ListAllChats', { pageToken: the('of the listed') }, 'INVALID_ARGUMENT'),
      isRefused(OPERATOR, 'ListAllChats', { pageToken: the('of sessions') }, 'INVALID_ARGUMENT'),
      isRefused(OPERATOR, 'ListSessions', { pageToken: the('of all') }, 'INVALID_ARGUMENT'),
      isRefused('Anna', 'ListChats', { pageToken: the('of all') }, 'INVALID_ARGUMENT'),
    ],
  },
  {
    name: 'an operator closes any chat: it is gone at once, and its streams end',
    steps: [
      does('Anna', 'CreateChat', { unlisted: true }, { chat: { id: the('chat') } }),
      posts('Boris', the('chat'), 'слово'),
      subscribes('stream', 'Boris', { chatId: the('chat') }),
      hears('stream', { caughtUp: { seq: 1 } }),
      passes(1_000),
      does(OPERATOR, 'CloseAnyChat', { chatId: the('chat'), reason }),
      hearsLast('stream', { reason: 'CHAT_CLOSED', seq: 1 }),
      isRefused('Anna', 'GetChat', { chatId: the('chat') }, 'CHAT_NOT_FOUND'),
      isRefused(OPERATOR, 'CloseAnyChat', { chatId: the('chat'), reason }, 'CHAT_NOT_FOUND'),
      does('Anna', 'GetSession', {}, { session: { expiresAt: T0 + 1_000 + TTL_MS } }),
      does(NOBODY, 'GetStats', {}, { users: 2, chats: 0, messages: 0 }),
    ],
  },
  {
    name: 'an operator ends any session, with its chats: it is worthless at once, and its streams end',
    people: ['Boris'],
    steps: [
      does('Anna', 'CreateSession', { displayName: 'Anna' }, { session: { userId: the('Anna') } }),
      does('Anna', 'CreateChat', {}, { chat: { id: the('hers') } }),
      does('Boris', 'CreateChat', {}, { chat: { id: the('his') } }),
      posts('Anna', the('his'), 'слово'),
      subscribes('her stream', 'Anna', { chatId: the('his') }),
      hears('her stream', { caughtUp: { seq: 1 } }),
      subscribes('his stream', 'Boris', { chatId: the('hers') }),
      hears('his stream', { caughtUp: { seq: 0 } }),
      does(OPERATOR, 'EndAnySession', { userId: the('Anna'), reason }),
      hearsLast('her stream', { reason: 'SESSION_ENDED', seq: 1 }),
      hearsLast('his stream', { reason: 'CHAT_CLOSED', seq: 0 }),
      isRefused('Anna', 'GetSession', {}, 'UNAUTHENTICATED'),
      isRefused('Boris', 'GetChat', { chatId: the('hers') }, 'CHAT_NOT_FOUND'),
      does('Boris', 'ListMessages', { chatId: the('his') }, { messages: [{ author: { displayName: 'Anna' } }] }),
      isRefused(OPERATOR, 'EndAnySession', { userId: the('Anna'), reason }, 'SESSION_NOT_FOUND'),
      isRefused(OPERATOR, 'EndAnySession', { userId: NO_ID, reason }, 'SESSION_NOT_FOUND'),
      does(NOBODY, 'GetStats', {}, { users: 1, chats: 1 }),
    ],
  },
  {
    name: 'nothing is ended without a reason',
    people: [],
    steps: [
      does('Anna', 'CreateSession', { displayName: 'Anna' }, { session: { userId: the('Anna') } }),
      does('Anna', 'CreateChat', {}, { chat: { id: the('chat') } }),
      isRefused(
        OPERATOR,
        'CloseAnyChat',
        { chatId: the('chat') },
        { code: 'INVALID_ARGUMENT', fields: { reason: 'must have 1 to 200 characters, is empty' } },
      ),
      isRefused(
        OPERATOR,
        'EndAnySession',
        { userId: the('Anna') },
        { code: 'INVALID_ARGUMENT', fields: { reason: 'must have 1 to 200 characters, is empty' } },
      ),
      does('Anna', 'GetChat', { chatId: the('chat') }),
    ],
  },
  {
    name: 'the token of a session is no admin token, and the admin token no session',
    steps: METHODS.filter((method) => CALLED_BY[method] !== 'anybody').map((method) =>
      isRefused(CALLED_BY[method] === 'operator' ? 'Anna' : OPERATOR, method, {}, 'UNAUTHENTICATED'),
    ),
  },
];

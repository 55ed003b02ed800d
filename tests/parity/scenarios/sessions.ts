/** Sessions: how they begin, how long they last, how they end. */

import { DEFAULT_LIMITS } from '../../../src/domain/limits.ts';
import { ABSENT, the } from '../expectation.ts';
import { does, isRefused, NOBODY, passes, posts, T0, type Scenario } from '../scenario.ts';

const TTL_MS = DEFAULT_LIMITS.sessionTtlMs;

export const SESSIONS: readonly Scenario[] = [
  {
    name: 'a name becomes a session, and the token its only credential',
    people: [],
    steps: [
      isRefused('Anna', 'GetSession', {}, 'UNAUTHENTICATED'),
      does(
        'Anna',
        'CreateSession',
        { displayName: '  Анна   К. ' },
        {
          session: { userId: the('Anna'), displayName: 'Анна К.', createdAt: T0, expiresAt: T0 + TTL_MS },
          token: the('token'),
        },
      ),
      does('Anna', 'GetSession', {}, { session: { userId: the('Anna'), displayName: 'Анна К.', createdAt: T0 } }),
    ],
  },
  {
    name: 'a session with an open chat without a lifetime has no known end; with others it has',
    steps: [
      does('Anna', 'CreateChat', { ttl: 2 * TTL_MS }),
      does('Anna', 'GetSession', {}, { session: { expiresAt: T0 + 3 * TTL_MS } }),
      does('Anna', 'CreateChat', {}, { chat: { id: the('chat') } }),
      does('Anna', 'GetSession', {}, { session: { expiresAt: ABSENT } }),
      does('Anna', 'CloseChat', { chatId: the('chat') }),
      does('Anna', 'GetSession', {}, { session: { expiresAt: T0 + 3 * TTL_MS } }),
    ],
  },
  {
    name: 'posting prolongs a session, reading does not',
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: the('chat') } }),
      passes(1_000),
      posts('Boris', the('chat'), 'слово'),
      passes(1_000),
      does('Boris', 'FetchUnread', { chatId: the('chat') }),
      does('Boris', 'GetSession', {}, { session: { createdAt: T0, expiresAt: T0 + 1_000 + TTL_MS } }),
    ],
  },
  {
    name: 'a session that was ended is worthless, and its user no longer active',
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: the('chat') } }),
      posts('Boris', the('chat'), 'слово'),
      does('Anna', 'GetChat', { chatId: the('chat') }, { chat: { activeUsers: { count: 1 } } }),
      does('Boris', 'EndSession', {}),
      isRefused('Boris', 'GetSession', {}, 'UNAUTHENTICATED'),
      isRefused('Boris', 'EndSession', {}, 'UNAUTHENTICATED'),
      does('Anna', 'GetChat', { chatId: the('chat') }, { chat: { activeUsers: { count: 0, users: [] } } }),
      does('Anna', 'ListMessages', { chatId: the('chat') }, { messages: [{ author: { displayName: 'Boris' } }] }),
    ],
  },
  {
    name: 'a session with open chats does not end, unless they are to close with it',
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: the('chat') } }),
      isRefused('Anna', 'EndSession', {}, 'SESSION_HAS_OPEN_CHATS'),
      isRefused('Anna', 'EndSession', { closeChats: false }, 'SESSION_HAS_OPEN_CHATS'),
      does('Boris', 'GetChat', { chatId: the('chat') }),
      does('Anna', 'EndSession', { closeChats: true }),
      isRefused('Boris', 'GetChat', { chatId: the('chat') }, 'CHAT_NOT_FOUND'),
    ],
  },
  {
    name: 'the statistics need no session and tell the limits in force',
    limits: { maxChatsPerUser: 3, maxChatTtlMs: 1_500 },
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: the('chat'), ttl: 1_500, expiresAt: T0 + 1_500 } }),
      posts('Anna', the('chat'), 'слово'),
      does(
        NOBODY,
        'GetStats',
        {},
        {
          users: 2,
          chats: 1,
          messages: 1,
          messagesLastHour: 1,
          limits: {
            maxUsers: 10_000,
            maxChats: 1_000,
            maxChatsPerUser: 3,
            maxChatSize: 1_000,
            sessionTtl: TTL_MS,
            maxChatTtl: 1_500,
            maxMessageLength: 4_096,
            maxStreamsPerSession: 100,
          },
        },
      ),
    ],
  },
];

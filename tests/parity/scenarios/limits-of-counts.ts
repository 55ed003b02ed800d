/** Limits of how many there may be at one time: never one more, and one more as soon as one has gone. */

import { ABSENT, the } from '../expectation.ts';
import {
  begins,
  does,
  enters,
  fails,
  gets,
  hears,
  isRefused,
  leaves,
  passes,
  posts,
  subscribes,
  type Scenario,
} from '../scenario.ts';

const chatId = the('chat');
const vera = { displayName: 'Vera' };

export const LIMITS_OF_COUNTS: readonly Scenario[] = [
  {
    name: 'the server takes as many sessions as it may, and one more when one has ended',
    shows: ['maxUsers'],
    limits: { maxUsers: 2 },
    steps: [
      isRefused('Vera', 'CreateSession', vera, 'USER_LIMIT_REACHED'),
      does('Anna', 'EndSession', {}),
      does('Vera', 'CreateSession', vera),
      isRefused('Anna', 'CreateSession', { displayName: 'Anna' }, 'USER_LIMIT_REACHED'),
    ],
  },
  {
    name: 'the server takes as many open chats as it may, whoever opens them, and one more when one has closed',
    shows: ['maxChats'],
    limits: { maxChats: 2 },
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: chatId } }),
      does('Boris', 'CreateChat', {}),
      isRefused('Anna', 'CreateChat', {}, 'CHAT_LIMIT_REACHED'),
      does('Anna', 'CloseChat', { chatId }),
      does('Boris', 'CreateChat', {}),
      isRefused('Anna', 'CreateChat', {}, 'CHAT_LIMIT_REACHED'),
    ],
  },
  {
    name: 'each user opens as many chats as one may, and one more when one of theirs has closed',
    shows: ['maxChatsPerUser'],
    limits: { maxChatsPerUser: 2 },
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: chatId } }),
      does('Anna', 'CreateChat', {}),
      isRefused('Anna', 'CreateChat', {}, 'USER_CHAT_LIMIT_REACHED'),
      does('Boris', 'CreateChat', {}),
      does('Anna', 'CloseChat', { chatId }),
      does('Anna', 'CreateChat', {}),
      isRefused('Anna', 'CreateChat', {}, 'USER_CHAT_LIMIT_REACHED'),
    ],
  },
  {
    name: 'the chats that end with a session leave their places free',
    limits: { maxUsers: 2, maxChats: 1 },
    steps: [
      does('Anna', 'CreateChat', {}),
      isRefused('Boris', 'CreateChat', {}, 'CHAT_LIMIT_REACHED'),
      does('Anna', 'EndSession', { closeChats: true }),
      does('Boris', 'CreateChat', {}),
      enters('Vera'),
    ],
  },
  {
    name: 'a chat keeps as many messages as it was asked to, and loses the oldest',
    shows: ['maxChatSize'],
    limits: { maxChatSize: 2 },
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: chatId, maxMessages: 2 } }),
      posts('Boris', chatId, 'раз', 'два'),
      does('Anna', 'GetChat', { chatId }, { chat: { messageCount: 2 } }),
      posts('Boris', chatId, 'три'),
      does('Anna', 'GetChat', { chatId }, { chat: { messageCount: 2 } }),
      does('Anna', 'ListMessages', { chatId }, { messages: [{ seq: 2 }, { seq: 3 }], missed: 1 }),
    ],
  },
  {
    name: 'a session holds as many streams and waits as it may, and one more when one is over',
    shows: ['maxStreamsPerSession'],
    limits: { maxStreamsPerSession: 2 },
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: chatId } }),
      subscribes('first', 'Boris', { chatId }),
      hears('first', { caughtUp: { seq: 0 } }),
      begins('wait', 'Boris', 'FetchUnread', { chatId, wait: 30_000 }, { operation: 'fetchUnread', times: 2 }),
      isRefused('Boris', 'Subscribe', { chatId }, 'TOO_MANY_STREAMS'),
      isRefused('Boris', 'FetchUnread', { chatId, wait: 1_000 }, 'TOO_MANY_STREAMS'),
      does('Boris', 'FetchUnread', { chatId }, { messages: [] }),
      does('Anna', 'Subscribe', { chatId }, { caughtUp: { seq: 0 } }),
      posts('Anna', chatId, 'слово'),
      gets('wait', { messages: [{ seq: 1 }] }),
      subscribes('second', 'Boris', { chatId }),
      hears('second', { caughtUp: { seq: 1 } }),
      isRefused('Boris', 'Subscribe', { chatId }, 'TOO_MANY_STREAMS'),
    ],
  },
  {
    name: 'a stream that was left gives its place back',
    limits: { maxStreamsPerSession: 1 },
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: chatId } }),
      subscribes('first', 'Boris', { chatId }),
      hears('first', { caughtUp: { seq: 0 } }),
      isRefused('Boris', 'Subscribe', { chatId }, 'TOO_MANY_STREAMS'),
      leaves('first'),
      does('Boris', 'Subscribe', { chatId }, { caughtUp: { seq: 0 } }),
    ],
  },
  {
    name: 'a session lives as long as it may, not longer, and its waits and tokens with it',
    shows: ['sessionTtlMs'],
    limits: { sessionTtlMs: 20_000 },
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: chatId } }),
      begins('wait', 'Boris', 'FetchUnread', { chatId, wait: 30_000 }, { operation: 'fetchUnread', times: 2 }),
      passes(19_999),
      does('Boris', 'GetSession', {}),
      passes(1),
      isRefused('Boris', 'GetSession', {}, 'UNAUTHENTICATED'),
      fails('wait', 'UNAUTHENTICATED'),
      does('Anna', 'GetSession', {}, { session: { expiresAt: ABSENT } }),
    ],
  },
];

/** Limits of answers and events: how much they hold, and how coarse they are. */

import { encodedSizeBound } from '../../../src/domain/encoded-size.ts';
import * as limits from '../../../src/domain/limits.ts';
import type { Fields } from '../api.ts';
import { ABSENT, the } from '../expectation.ts';
import {
  does,
  doesManyTimes,
  enters,
  hears,
  leaves,
  NOBODY,
  passes,
  posts,
  subscribes,
  T0,
  type Scenario,
} from '../scenario.ts';

const { ACTIVITY_RESOLUTION_MS, DEFAULT_PAGE_SIZE, DEFAULT_UNREAD_LIMIT, MAX_PAGE_SIZE } = limits;
const chatId = the('chat');
const opensChat = does('Anna', 'CreateChat', {}, { chat: { id: chatId } });

/** So many of something, whatever they are. */
function many(count: number): readonly Fields[] {
  return Array.from({ length: count }, () => ({}));
}

/** A text of which exactly so many messages of somebody's fill these bytes. */
function textToFill(bytes: number, messages: number, who: string): string {
  return 'x'.repeat(Math.floor(bytes / messages) - encodedSizeBound(who, ''));
}

export const LIMITS_OF_ANSWERS: readonly Scenario[] = [
  {
    name: 'an answer holds as many messages as it may, by default and at most',
    shows: ['DEFAULT_PAGE_SIZE', 'DEFAULT_UNREAD_LIMIT', 'MAX_PAGE_SIZE'],
    steps: [
      opensChat,
      doesManyTimes(DEFAULT_PAGE_SIZE, 'Anna', 'PostMessage', { chatId, text: 'слово' }),
      does('Boris', 'ListMessages', { chatId }, { messages: many(DEFAULT_PAGE_SIZE), nextPageToken: ABSENT }),
      posts('Anna', chatId, 'слово'),
      does('Boris', 'ListMessages', { chatId }, { messages: many(DEFAULT_PAGE_SIZE), nextPageToken: the('next') }),
      doesManyTimes(MAX_PAGE_SIZE - DEFAULT_PAGE_SIZE - 1, 'Anna', 'PostMessage', { chatId, text: 'слово' }),
      does('Boris', 'FetchUnread', { chatId, ackSeq: 0 }, { messages: many(MAX_PAGE_SIZE - DEFAULT_PAGE_SIZE) }),
      enters('Vera'),
      does('Vera', 'FetchUnread', { chatId, ackSeq: 0 }, { messages: many(DEFAULT_UNREAD_LIMIT), hasMore: false }),
      does('Vera', 'ListMessages', { chatId, pageSize: 500 }, { messages: many(MAX_PAGE_SIZE), nextPageToken: ABSENT }),
      posts('Anna', chatId, 'слово'),
      enters('Gleb'),
      does('Gleb', 'FetchUnread', { chatId, ackSeq: 0 }, { messages: many(DEFAULT_UNREAD_LIMIT), hasMore: true }),
      does('Gleb', 'ListMessages', { chatId, pageSize: 500 }, { messages: many(MAX_PAGE_SIZE), position: 500 }),
    ],
  },
  {
    name: 'an answer holds as many chats as it may by default',
    shows: ['DEFAULT_PAGE_SIZE'],
    steps: [
      doesManyTimes(DEFAULT_PAGE_SIZE, 'Anna', 'CreateChat', {}),
      does('Anna', 'ListUnreadCounts', {}, { counts: many(DEFAULT_PAGE_SIZE), nextPageToken: ABSENT }),
      does('Boris', 'ListChats', {}, { chats: many(DEFAULT_PAGE_SIZE), nextPageToken: ABSENT }),
      does('Anna', 'CreateChat', {}),
      does('Anna', 'ListUnreadCounts', {}, { counts: many(DEFAULT_PAGE_SIZE), nextPageToken: the('next counts') }),
      does('Boris', 'ListChats', {}, { chats: many(DEFAULT_PAGE_SIZE), nextPageToken: the('next chats') }),
      does('Anna', 'ListUnreadCounts', { pageToken: the('next counts') }, { counts: many(1) }),
      does('Boris', 'ListChats', { pageToken: the('next chats') }, { chats: many(1) }),
    ],
  },
  {
    name: 'an answer is cut at as many bytes as it may hold',
    shows: ['MAX_PAGE_BYTES'],
    limits: { maxMessageLength: 65_536 },
    steps: [
      opensChat,
      doesManyTimes(30, 'Anna', 'PostMessage', { chatId, text: textToFill(limits.MAX_PAGE_BYTES, 30, 'Anna') }),
      does('Boris', 'ListMessages', { chatId, markRead: false }, { messages: many(30), nextPageToken: ABSENT }),
      does('Boris', 'FetchUnread', { chatId, ackSeq: 0 }, { messages: many(30), hasMore: false }),
      posts('Anna', chatId, 'a'),
      does('Boris', 'ListMessages', { chatId, markRead: false }, { messages: many(30), nextPageToken: the('next') }),
      does('Boris', 'FetchUnread', { chatId, ackSeq: 0 }, { messages: many(30), hasMore: true }),
    ],
  },
  {
    name: 'an event is cut at as many bytes as it may hold',
    shows: ['MAX_EVENT_BYTES'],
    limits: { maxMessageLength: 65_536 },
    steps: [
      opensChat,
      doesManyTimes(2, 'Anna', 'PostMessage', { chatId, text: textToFill(limits.MAX_EVENT_BYTES, 2, 'Anna') }),
      subscribes('stream', 'Boris', { chatId, afterSeq: 0 }),
      hears('stream', { messages: { messages: many(2) } }, { caughtUp: { seq: 2 } }),
      leaves('stream'),
      posts('Anna', chatId, 'a'),
      subscribes('longer', 'Boris', { chatId, afterSeq: 0 }),
      hears(
        'longer',
        { messages: { messages: many(2) } },
        { messages: { messages: many(1) } },
        { caughtUp: { seq: 3 } },
      ),
      leaves('longer'),
    ],
  },
  {
    name: 'a chat shows the most recently active of its users, and counts all',
    shows: ['MAX_ACTIVE_USERS_SHOWN'],
    steps: [
      opensChat,
      ...Array.from({ length: limits.MAX_ACTIVE_USERS_SHOWN }, (_, index) => `reader ${index}`).flatMap((who) => [
        enters(who),
        does(who, 'FetchUnread', { chatId }),
      ]),
      does('Anna', 'GetChat', { chatId }, { chat: { activeUsers: { count: 20, users: many(20) } } }),
      passes(1),
      does('Boris', 'MarkRead', { chatId, seq: 0 }),
      does(
        'Anna',
        'GetChat',
        { chatId },
        { chat: { activeUsers: { count: 21, users: [{ displayName: 'Boris' }, ...many(19)] } } },
      ),
    ],
  },
  {
    name: 'activity is noted no more often than it may be',
    shows: ['ACTIVITY_RESOLUTION_MS'],
    steps: [
      opensChat,
      does('Boris', 'FetchUnread', { chatId }),
      passes(ACTIVITY_RESOLUTION_MS - 1),
      does('Boris', 'FetchUnread', { chatId }),
      does('Anna', 'GetChat', { chatId }, { chat: { activeUsers: { users: [{ lastActiveAt: T0 }] } } }),
      passes(1),
      does('Boris', 'FetchUnread', { chatId }),
      does(
        'Anna',
        'GetChat',
        { chatId },
        {
          chat: { activeUsers: { users: [{ lastActiveAt: T0 + ACTIVITY_RESOLUTION_MS }] } },
        },
      ),
    ],
  },
  {
    name: 'the last hour is an hour, its edge as coarse as it may be, and what was trimmed or closed is counted',
    shows: ['RECENT_WINDOW_MS', 'RECENT_RESOLUTION_MS'],
    steps: [
      does('Anna', 'CreateChat', { maxMessages: 1 }, { chat: { id: chatId } }),
      posts('Anna', chatId, 'раз', 'два'),
      does('Anna', 'CloseChat', { chatId }),
      passes(limits.RECENT_WINDOW_MS - 1),
      does(NOBODY, 'GetStats', {}, { messages: 0, messagesLastHour: 2, users: 0, chats: 0 }),
      passes(limits.RECENT_RESOLUTION_MS + 1),
      does(NOBODY, 'GetStats', {}, { messagesLastHour: 0 }),
    ],
  },
];

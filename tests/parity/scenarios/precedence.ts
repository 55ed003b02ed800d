/** Of several refusals that hold at once, the first in the order of the contract wins. */

import { the } from '../expectation.ts';
import { does, hears, isRefused, leaves, NOBODY, posts, subscribes, type Scenario } from '../scenario.ts';

const chatId = the('chat');
const NO_CHAT = '0198c0df-02b8-7e94-9d15-c3a6f0724b8e';

export const PRECEDENCE: readonly Scenario[] = [
  {
    name: 'the session before the arguments',
    steps: [
      isRefused(NOBODY, 'CreateChat', { maxMessages: 0 }, 'UNAUTHENTICATED'),
      isRefused(NOBODY, 'PostMessage', { chatId: NO_CHAT, text: '\0' }, 'UNAUTHENTICATED'),
      does('Boris', 'EndSession', {}),
      isRefused('Boris', 'Subscribe', { chatId: 'x', afterSeq: -1 }, 'UNAUTHENTICATED'),
    ],
  },
  {
    name: 'the arguments before the chat',
    steps: [
      isRefused('Anna', 'PostMessage', { chatId: NO_CHAT, text: '\0' }, { code: 'INVALID_ARGUMENT', fields: ['text'] }),
      isRefused(
        'Anna',
        'FetchUnread',
        { chatId: NO_CHAT, ackSeq: -1, limit: 0, wait: 30_001 },
        {
          code: 'INVALID_ARGUMENT',
          fields: ['ackSeq', 'limit', 'wait'],
        },
      ),
      isRefused(
        'Anna',
        'Subscribe',
        { chatId: NO_CHAT, afterSeq: -1 },
        { code: 'INVALID_ARGUMENT', fields: ['afterSeq'] },
      ),
    ],
  },
  {
    name: 'the chat before what only the chat can tell of the arguments',
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: chatId } }),
      posts('Anna', chatId, 'раз', 'два'),
      does('Anna', 'ListMessages', { chatId, pageSize: 1 }, { nextPageToken: the('next') }),
      isRefused('Anna', 'ListMessages', { chatId: NO_CHAT, pageToken: the('next') }, 'CHAT_NOT_FOUND'),
      isRefused('Anna', 'FetchUnread', { chatId: NO_CHAT, ackSeq: 9 }, 'CHAT_NOT_FOUND'),
      isRefused('Anna', 'MarkRead', { chatId: NO_CHAT, seq: 9 }, 'CHAT_NOT_FOUND'),
      isRefused('Anna', 'Subscribe', { chatId: NO_CHAT, afterSeq: 9 }, 'CHAT_NOT_FOUND'),
    ],
  },
  {
    name: 'the arguments before the permission',
    steps: [
      does('Anna', 'CreateChat', { readOnly: true }, { chat: { id: chatId } }),
      isRefused(
        'Boris',
        'PostMessage',
        { chatId, text: '', clientMessageId: '' },
        {
          code: 'INVALID_ARGUMENT',
          fields: ['text', 'clientMessageId'],
        },
      ),
    ],
  },
  {
    name: 'the arguments before the limits, also those that only the chat can tell',
    limits: { maxUsers: 2, maxChats: 1, maxStreamsPerSession: 1 },
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: chatId } }),
      isRefused(NOBODY, 'CreateSession', { displayName: ' ' }, 'INVALID_ARGUMENT'),
      isRefused(NOBODY, 'CreateSession', { displayName: 'Vera' }, 'USER_LIMIT_REACHED'),
      isRefused('Boris', 'CreateChat', { title: '\0' }, 'INVALID_ARGUMENT'),
      isRefused('Boris', 'CreateChat', {}, 'CHAT_LIMIT_REACHED'),
      subscribes('stream', 'Boris', { chatId }),
      hears('stream', { caughtUp: { seq: 0 } }),
      isRefused('Boris', 'Subscribe', { chatId: NO_CHAT }, 'CHAT_NOT_FOUND'),
      isRefused('Boris', 'Subscribe', { chatId, afterSeq: 1 }, 'INVALID_ARGUMENT'),
      isRefused('Boris', 'FetchUnread', { chatId, ackSeq: 1, wait: 1_000 }, 'INVALID_ARGUMENT'),
      isRefused('Boris', 'FetchUnread', { chatId, wait: 1_000 }, 'TOO_MANY_STREAMS'),
      leaves('stream'),
    ],
  },
  {
    name: "the user's own limit before the server's",
    limits: { maxChats: 1, maxChatsPerUser: 1 },
    steps: [
      does('Anna', 'CreateChat', {}),
      isRefused('Anna', 'CreateChat', {}, 'USER_CHAT_LIMIT_REACHED'),
      isRefused('Boris', 'CreateChat', {}, 'CHAT_LIMIT_REACHED'),
    ],
  },
];

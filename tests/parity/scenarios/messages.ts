/** Messages: posting them once and only once, and reading them in pages. */

import { CLIENT_MESSAGE_ID_MEMORY_MS } from '../../../src/domain/limits.ts';
import { ABSENT, the } from '../expectation.ts';
import { does, enters, isRefused, passes, posts, T0, type Scenario } from '../scenario.ts';

const chatId = the('chat');
const opensChat = does('Anna', 'CreateChat', {}, { chat: { id: chatId } });
const threeWords = [opensChat, posts('Anna', chatId, 'раз', 'два', 'три')];

export const MESSAGES: readonly Scenario[] = [
  {
    name: 'a message is kept exactly as it was sent, with the next number of its chat',
    steps: [
      does('Boris', 'GetSession', {}, { session: { userId: the('Boris') } }),
      opensChat,
      does(
        'Boris',
        'PostMessage',
        { chatId, text: ' Слово 👋\n' },
        {
          message: {
            id: the('message'),
            chatId,
            seq: 1,
            author: { userId: the('Boris'), displayName: 'Boris' },
            text: ' Слово 👋\n',
            sentAt: T0,
          },
        },
      ),
      posts('Anna', chatId, 'и ответ'),
      does('Anna', 'ListMessages', { chatId }, { messages: [{ id: the('message'), text: ' Слово 👋\n' }, { seq: 2 }] }),
    ],
  },
  {
    name: 'a post with an id of its own can be repeated, and posts once',
    shows: ['CLIENT_MESSAGE_ID_MEMORY_MS'],
    steps: [
      opensChat,
      does('Anna', 'PostMessage', { chatId, text: 'раз', clientMessageId: 'a' }, { message: { id: the('first') } }),
      does('Anna', 'PostMessage', { chatId, text: 'раз', clientMessageId: 'a' }, { message: { id: the('first') } }),
      isRefused('Anna', 'PostMessage', { chatId, text: 'два', clientMessageId: 'a' }, 'MESSAGE_ID_CONFLICT'),
      does('Boris', 'PostMessage', { chatId, text: 'два', clientMessageId: 'a' }, { message: { seq: 2 } }),
      does('Anna', 'GetChat', { chatId }, { chat: { messageCount: 2 } }),
      passes(CLIENT_MESSAGE_ID_MEMORY_MS - 1),
      does('Anna', 'PostMessage', { chatId, text: 'раз', clientMessageId: 'a' }, { message: { id: the('first') } }),
      passes(1),
      does('Anna', 'PostMessage', { chatId, text: 'три', clientMessageId: 'a' }, { message: { seq: 3 } }),
    ],
  },
  {
    name: 'in a read-only chat nobody posts but its creator',
    steps: [
      does('Anna', 'CreateChat', { readOnly: true }, { chat: { id: chatId } }),
      posts('Anna', chatId, 'слово'),
      isRefused('Boris', 'PostMessage', { chatId, text: 'слово' }, 'CHAT_READ_ONLY'),
      does('Boris', 'FetchUnread', { chatId }, { messages: [{ seq: 1 }] }),
    ],
  },
  {
    name: 'messages are listed in pages, oldest first, and a page moves the position',
    steps: [
      ...threeWords,
      does(
        'Boris',
        'ListMessages',
        { chatId, pageSize: 2 },
        {
          messages: [{ seq: 1, text: 'раз' }, { seq: 2 }],
          nextPageToken: the('next'),
          missed: 0,
          position: 2,
        },
      ),
      does(
        'Boris',
        'ListMessages',
        { chatId, pageSize: 2, pageToken: the('next'), order: 'OLDEST_FIRST' },
        {
          messages: [{ seq: 3 }],
          nextPageToken: ABSENT,
          position: 3,
        },
      ),
    ],
  },
  {
    name: 'messages are listed newest first, and none moves the position where it is told not to',
    steps: [
      ...threeWords,
      does(
        'Boris',
        'ListMessages',
        { chatId, pageSize: 2, order: 'NEWEST_FIRST', markRead: false },
        {
          messages: [{ seq: 3 }, { seq: 2 }],
          nextPageToken: the('next'),
          position: ABSENT,
        },
      ),
      does(
        'Boris',
        'ListMessages',
        { chatId, order: 'NEWEST_FIRST', pageToken: the('next'), markRead: false },
        {
          messages: [{ seq: 1 }],
          nextPageToken: ABSENT,
          position: ABSENT,
        },
      ),
      does('Boris', 'ListMessages', { chatId, order: 'NEWEST_FIRST', markRead: true }, { position: 3 }),
    ],
  },
  {
    name: 'what was trimmed before it could be read is counted, not skipped in silence',
    steps: [
      does('Anna', 'CreateChat', { maxMessages: 1 }, { chat: { id: chatId } }),
      posts('Boris', chatId, 'раз', 'два', 'три'),
      does('Anna', 'ListMessages', { chatId }, { messages: [{ seq: 3 }], missed: 2, position: 3 }),
      enters('Vera'),
      does('Vera', 'ListMessages', { chatId }, { messages: [{ seq: 3 }], missed: 0, position: 3 }),
    ],
  },
  {
    name: 'a page token is for the same chat, order and method, and not to be tampered with',
    steps: [
      ...threeWords,
      does('Anna', 'CreateChat', {}, { chat: { id: the('other') } }),
      does('Boris', 'ListMessages', { chatId, pageSize: 1 }, { nextPageToken: the('next') }),
      ...[
        ['ListMessages', { chatId: the('other'), pageToken: the('next') }],
        ['ListMessages', { chatId, order: 'NEWEST_FIRST', pageToken: the('next') }],
        ['ListChats', { pageToken: the('next') }],
        ['ListUnreadCounts', { pageToken: the('next') }],
      ].map(([method, request]) =>
        isRefused('Boris', method as 'ListChats', request as object as Record<string, unknown>, {
          code: 'INVALID_ARGUMENT',
          fields: ['pageToken'],
        }),
      ),
      (stage) => void stage.names.set('altered', String(stage.names.get('next')).replace(/.$/, '')),
      isRefused(
        'Boris',
        'ListMessages',
        { chatId, pageToken: the('altered') },
        {
          code: 'INVALID_ARGUMENT',
          fields: ['pageToken'],
        },
      ),
    ],
  },
];

/** Unread: all since the last request, the safe way, waiting for it, and how much there is. */

import { ABSENT, the } from '../expectation.ts';
import { begins, does, fails, gets, isRefused, passes, posts, stops, type Scenario } from '../scenario.ts';

const chatId = the('chat');
const opensChat = does('Anna', 'CreateChat', {}, { chat: { id: chatId } });
const threeWords = [opensChat, posts('Anna', chatId, 'раз', 'два', 'три')];
/** The second look is the first of the wait. */
const waiting = { operation: 'fetchUnread', times: 2 };

export const UNREAD: readonly Scenario[] = [
  {
    name: 'what is fetched plainly counts as read',
    steps: [
      ...threeWords,
      does(
        'Boris',
        'FetchUnread',
        { chatId, limit: 2 },
        { messages: [{ seq: 1 }, { seq: 2 }], hasMore: true, position: 2 },
      ),
      does('Boris', 'FetchUnread', { chatId }, { messages: [{ seq: 3, text: 'три' }], hasMore: false, position: 3 }),
      does('Boris', 'FetchUnread', { chatId }, { messages: [], hasMore: false, position: 3, missed: 0 }),
    ],
  },
  {
    name: 'what is fetched safely counts as read once it is acknowledged',
    steps: [
      ...threeWords,
      does(
        'Boris',
        'FetchUnread',
        { chatId, ackSeq: 0, limit: 2 },
        { messages: [{ seq: 1 }, { seq: 2 }], position: 0 },
      ),
      does('Boris', 'FetchUnread', { chatId, ackSeq: 2 }, { messages: [{ seq: 3 }], position: 2 }),
      does('Boris', 'FetchUnread', { chatId, ackSeq: 1 }, { messages: [{ seq: 3 }], position: 2 }),
      isRefused('Boris', 'FetchUnread', { chatId, ackSeq: 4 }, { code: 'INVALID_ARGUMENT', fields: ['ackSeq'] }),
    ],
  },
  {
    name: 'what was trimmed before it could be fetched is counted',
    steps: [
      does('Anna', 'CreateChat', { maxMessages: 1 }, { chat: { id: chatId } }),
      posts('Boris', chatId, 'раз', 'два', 'три'),
      does('Anna', 'FetchUnread', { chatId }, { messages: [{ seq: 3 }], position: 3, missed: 2 }),
    ],
  },
  {
    name: 'a wait is over as soon as something is unread',
    steps: [
      opensChat,
      begins('wait', 'Boris', 'FetchUnread', { chatId, wait: 10_000 }, waiting),
      posts('Anna', chatId, 'слово'),
      gets('wait', { messages: [{ text: 'слово' }], position: 1 }),
    ],
  },
  {
    name: 'a wait in vain is answered when its time is over, not earlier',
    steps: [
      opensChat,
      begins('wait', 'Boris', 'FetchUnread', { chatId, wait: 1_500 }, waiting),
      passes(1_499),
      posts('Anna', chatId, 'слово'),
      gets('wait', { messages: [{ seq: 1 }] }),
      begins('in vain', 'Boris', 'FetchUnread', { chatId, wait: 1_500 }, waiting),
      passes(1_500),
      gets('in vain', { messages: [], hasMore: false, position: 1, missed: 0 }),
    ],
  },
  {
    name: 'a wait ends with its chat',
    steps: [
      opensChat,
      begins('wait', 'Boris', 'FetchUnread', { chatId, wait: 10_000 }, waiting),
      does('Anna', 'CloseChat', { chatId }),
      fails('wait', 'CHAT_NOT_FOUND'),
    ],
  },
  {
    name: 'a wait ends with its session',
    steps: [
      opensChat,
      begins('wait', 'Boris', 'FetchUnread', { chatId, wait: 10_000 }, waiting),
      does('Boris', 'EndSession', {}),
      fails('wait', 'UNAUTHENTICATED'),
    ],
  },
  {
    name: 'a wait at the time of the shutdown gets the empty answer',
    steps: [
      opensChat,
      begins('wait', 'Boris', 'FetchUnread', { chatId, wait: 30_000 }, waiting),
      stops(),
      gets('wait', { messages: [], hasMore: false, position: 0, missed: 0 }),
    ],
  },
  {
    name: 'marking read moves the position, never back, and counts what is left',
    steps: [
      ...threeWords,
      does('Boris', 'MarkRead', { chatId, seq: 1 }, { position: 1, unread: 2 }),
      does('Boris', 'MarkRead', { chatId, seq: 0 }, { position: 1, unread: 2 }),
      does('Boris', 'MarkRead', { chatId, seq: 3 }, { position: 3, unread: 0 }),
      isRefused('Boris', 'MarkRead', { chatId, seq: 4 }, { code: 'INVALID_ARGUMENT', fields: ['seq'] }),
    ],
  },
  {
    name: 'unread is counted in every chat with a position, most recent chats first, in pages',
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: the('first') } }),
      passes(1),
      does('Anna', 'CreateChat', { maxMessages: 1 }, { chat: { id: the('second') } }),
      posts('Boris', the('second'), 'раз', 'два', 'три'),
      does(
        'Anna',
        'ListUnreadCounts',
        { pageSize: 1 },
        {
          counts: [{ chatId: the('second'), position: 0, lastSeq: 3, unread: 1, missed: 2 }],
          nextPageToken: the('next'),
        },
      ),
      does(
        'Anna',
        'ListUnreadCounts',
        { pageToken: the('next') },
        {
          counts: [{ chatId: the('first'), position: 0, lastSeq: 0, unread: 0, missed: 0 }],
          nextPageToken: ABSENT,
        },
      ),
      does('Boris', 'ListUnreadCounts', {}, { counts: [] }),
      posts('Boris', the('first'), 'слово'),
      does('Anna', 'MarkRead', { chatId: the('first'), seq: 1 }),
      does('Anna', 'ListUnreadCounts', {}, { counts: [{ chatId: the('second') }, { position: 1, unread: 0 }] }),
    ],
  },
];

/** Streams: what is kept, then what is posted, then why it ends and where to go on. */

import { ABSENT, the } from '../expectation.ts';
import {
  does,
  hears,
  hearsLast,
  isRefused,
  leaves,
  passes,
  posts,
  stops,
  subscribes,
  T0,
  type Scenario,
} from '../scenario.ts';

const chatId = the('chat');
const opensChat = does('Anna', 'CreateChat', {}, { chat: { id: chatId } });
const threeWords = [opensChat, posts('Anna', chatId, 'раз', 'два', 'три')];

export const STREAMS: readonly Scenario[] = [
  {
    name: 'a stream brings what is kept after a seq, then a mark, then what is posted, and ends with the chat',
    steps: [
      does('Anna', 'GetSession', {}, { session: { userId: the('Anna') } }),
      ...threeWords,
      subscribes('stream', 'Boris', { chatId, afterSeq: 1 }),
      hears('stream', { messages: { messages: [{ seq: 2 }, { seq: 3, text: 'три' }] } }, { caughtUp: { seq: 3 } }),
      posts('Anna', chatId, 'четыре'),
      hears('stream', {
        messages: {
          messages: [
            { seq: 4, chatId, text: 'четыре', sentAt: T0, author: { userId: the('Anna'), displayName: 'Anna' } },
          ],
        },
      }),
      does('Anna', 'CloseChat', { chatId }),
      hearsLast('stream', { reason: 'CHAT_CLOSED', seq: 4 }),
    ],
  },
  {
    name: 'a stream without a seq begins now, and does not move the position',
    steps: [
      ...threeWords,
      subscribes('stream', 'Boris', { chatId }),
      hears('stream', { caughtUp: { seq: 3 } }),
      does('Boris', 'ListMessages', { chatId, markRead: false }, { position: ABSENT }),
      leaves('stream'),
    ],
  },
  {
    name: 'a stream says how many messages were trimmed before it could bring them',
    steps: [
      does('Anna', 'CreateChat', { maxMessages: 1 }, { chat: { id: chatId } }),
      posts('Anna', chatId, 'раз', 'два', 'три'),
      subscribes('stream', 'Boris', { chatId, afterSeq: 0 }),
      hears(
        'stream',
        { missed: { count: 2, seq: 2 } },
        { messages: { messages: [{ seq: 3 }] } },
        { caughtUp: { seq: 3 } },
      ),
      leaves('stream'),
    ],
  },
  {
    name: 'a stream that was left is resumed without a gap',
    steps: [
      ...threeWords,
      subscribes('first', 'Boris', { chatId, afterSeq: 0 }),
      hears('first', { messages: { messages: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] } }),
      leaves('first'),
      posts('Anna', chatId, 'четыре'),
      subscribes('second', 'Boris', { chatId, afterSeq: 3 }),
      hears('second', { messages: { messages: [{ seq: 4 }] } }, { caughtUp: { seq: 4 } }),
      leaves('second'),
    ],
  },
  {
    name: 'a stream ends with the session of its reader',
    steps: [
      ...threeWords,
      subscribes('stream', 'Boris', { chatId }),
      hears('stream', { caughtUp: { seq: 3 } }),
      does('Boris', 'EndSession', {}),
      hearsLast('stream', { reason: 'SESSION_ENDED', seq: 3 }),
    ],
  },
  {
    name: 'a stream ends when the lifetime of its chat is over',
    steps: [
      does('Anna', 'CreateChat', { ttl: 60_000 }, { chat: { id: chatId } }),
      subscribes('stream', 'Boris', { chatId }),
      hears('stream', { caughtUp: { seq: 0 } }),
      passes(60_000),
      hearsLast('stream', { reason: 'CHAT_CLOSED', seq: 0 }),
    ],
  },
  {
    name: 'a stream ends with the place to resume from when the server goes away',
    steps: [
      ...threeWords,
      subscribes('stream', 'Boris', { chatId, afterSeq: 2 }),
      hears('stream', { messages: { messages: [{ seq: 3 }] } }, { caughtUp: { seq: 3 } }),
      stops(),
      hearsLast('stream', { reason: 'SERVER_GOING_AWAY', seq: 3 }),
    ],
  },
  {
    name: 'a stream cannot begin beyond the end',
    steps: [
      ...threeWords,
      isRefused(
        'Boris',
        'Subscribe',
        { chatId, afterSeq: 4 },
        {
          code: 'INVALID_ARGUMENT',
          fields: { afterSeq: "must be at most the chat's last seq, 3" },
        },
      ),
    ],
  },
];

/** Chats: how they are opened, seen, listed and closed. */

import { ABSENT, the } from '../expectation.ts';
import { does, isRefused, passes, posts, T0, type Scenario } from '../scenario.ts';

const chatId = the('chat');

export const CHATS: readonly Scenario[] = [
  {
    name: 'a chat is as it was asked for',
    steps: [
      does('Anna', 'GetSession', {}, { session: { userId: the('Anna') } }),
      does(
        'Anna',
        'CreateChat',
        { title: '  Вече  города ', maxMessages: 10, readOnly: true, ttl: 1_500, unlisted: true },
        {
          chat: {
            id: chatId,
            title: 'Вече города',
            creator: { userId: the('Anna'), displayName: 'Anna' },
            createdAt: T0,
            maxMessages: 10,
            readOnly: true,
            unlisted: true,
            ttl: 1_500,
            expiresAt: T0 + 1_500,
            messageCount: 0,
            lastMessageAt: ABSENT,
            activeUsers: { count: 0, users: [] },
          },
        },
      ),
    ],
  },
  {
    name: 'a chat of which nothing was asked has the defaults, and no lifetime',
    steps: [
      does(
        'Anna',
        'CreateChat',
        {},
        {
          chat: {
            title: '',
            maxMessages: 1_000,
            readOnly: false,
            unlisted: false,
            ttl: ABSENT,
            expiresAt: ABSENT,
            messageCount: 0,
          },
        },
      ),
    ],
  },
  {
    name: 'a chat shows what happened in it, whatever the case of its id',
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: chatId } }),
      passes(1_000),
      posts('Boris', chatId, 'слово'),
      does(
        'Anna',
        'GetChat',
        { chatId },
        {
          chat: {
            id: chatId,
            messageCount: 1,
            lastMessageAt: T0 + 1_000,
            activeUsers: { count: 1, users: [{ displayName: 'Boris', lastActiveAt: T0 + 1_000 }] },
          },
        },
      ),
      (stage) => void stage.names.set('CHAT', String(stage.names.get('chat')).toUpperCase()),
      does('Anna', 'GetChat', { chatId: the('CHAT') }, { chat: { id: chatId } }),
      does('Anna', 'PostMessage', { chatId: the('CHAT'), text: 'и ответ' }, { message: { chatId, seq: 2 } }),
    ],
  },
  {
    name: 'the open chats are listed newest first, in pages, without the unlisted',
    steps: [
      does('Anna', 'CreateChat', { title: 'первый' }, { chat: { id: the('first') } }),
      passes(1),
      does('Anna', 'CreateChat', { unlisted: true }, { chat: { id: the('unlisted') } }),
      does('Boris', 'CreateChat', {}, { chat: { id: the('second') } }),
      does('Boris', 'ListChats', { pageSize: 1 }, { chats: [{ id: the('second') }], nextPageToken: the('next') }),
      does(
        'Anna',
        'ListChats',
        { pageSize: 1, pageToken: the('next') },
        {
          chats: [{ id: the('first'), title: 'первый', creator: { displayName: 'Anna' } }],
        },
      ),
      does('Boris', 'ListChats', {}, { chats: [{ id: the('second') }, { id: the('first') }], nextPageToken: ABSENT }),
      does('Boris', 'GetChat', { chatId: the('unlisted') }, { chat: { unlisted: true } }),
    ],
  },
  {
    name: 'a chat is closed by its creator only, and gone at that instant',
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: chatId } }),
      isRefused('Boris', 'CloseChat', { chatId }, 'NOT_CHAT_CREATOR'),
      does('Anna', 'CloseChat', { chatId }),
      isRefused('Anna', 'CloseChat', { chatId }, 'CHAT_NOT_FOUND'),
      isRefused('Boris', 'GetChat', { chatId }, 'CHAT_NOT_FOUND'),
      isRefused('Anna', 'PostMessage', { chatId, text: 'слово' }, 'CHAT_NOT_FOUND'),
      does('Anna', 'ListChats', {}, { chats: [] }),
    ],
  },
  {
    name: 'a chat closes when its lifetime is over',
    steps: [
      does('Anna', 'CreateChat', { ttl: 1_500 }, { chat: { id: chatId } }),
      passes(1_499),
      does('Boris', 'GetChat', { chatId }),
      passes(1),
      isRefused('Boris', 'GetChat', { chatId }, 'CHAT_NOT_FOUND'),
    ],
  },
];

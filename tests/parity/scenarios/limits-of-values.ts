/** Limits of single values: each is taken at its bound and refused beyond it. */

import * as limits from '../../../src/domain/limits.ts';
import type { Method } from '../../../src/service/calls.ts';
import type { Fields } from '../api.ts';
import { the } from '../expectation.ts';
import { callerOf, does, isRefused, posts, type LimitName, type Scenario } from '../scenario.ts';

const chatId = the('chat');

/** A field that takes values up to a limit, with what is said of the next. */
interface Bounded {
  readonly limit: LimitName;
  readonly method: Method;
  readonly field: string;
  readonly taken: unknown;
  readonly refused: unknown;
  readonly because: string;
  readonly besides?: Fields;
  readonly server?: Partial<limits.Limits>;
}

function letters(length: number): string {
  return '👋'.repeat(length);
}

const NAME = { method: 'CreateSession', field: 'displayName' } as const;
const TITLE = { method: 'CreateChat', field: 'title' } as const;
const TTL = { method: 'CreateChat', field: 'ttl' } as const;
const PAGE = {
  limit: 'MAX_PAGE_SIZE',
  taken: 500,
  refused: 501,
  because: 'must be a whole number from 1 to 500',
} as const;

const BOUNDED: readonly Bounded[] = [
  {
    ...NAME,
    limit: 'MAX_DISPLAY_NAME_LENGTH',
    taken: letters(limits.MAX_DISPLAY_NAME_LENGTH),
    refused: letters(limits.MAX_DISPLAY_NAME_LENGTH + 1),
    because: 'must have 1 to 64 characters, has more',
  },
  {
    ...TITLE,
    limit: 'MAX_TITLE_LENGTH',
    taken: letters(limits.MAX_TITLE_LENGTH),
    refused: letters(limits.MAX_TITLE_LENGTH + 1),
    because: 'must have 0 to 128 characters, has more',
  },
  {
    limit: 'MAX_CLIENT_MESSAGE_ID_LENGTH',
    method: 'PostMessage',
    field: 'clientMessageId',
    besides: { chatId, text: 'слово' },
    taken: letters(limits.MAX_CLIENT_MESSAGE_ID_LENGTH),
    refused: letters(limits.MAX_CLIENT_MESSAGE_ID_LENGTH + 1),
    because: 'must have 1 to 64 characters, has more',
  },
  {
    limit: 'maxMessageLength',
    server: { maxMessageLength: 3 },
    method: 'PostMessage',
    field: 'text',
    besides: { chatId },
    taken: letters(3),
    refused: letters(4),
    because: 'must have 1 to 3 characters, has more',
  },
  {
    limit: 'maxChatSize',
    server: { maxChatSize: 7 },
    method: 'CreateChat',
    field: 'maxMessages',
    taken: 7,
    refused: 8,
    because: "must be a whole number from 1 to 7 (the server's maxChatSize)",
  },
  {
    limit: 'MAX_SEQ',
    server: { maxChatSize: 0 },
    method: 'CreateChat',
    field: 'maxMessages',
    taken: limits.MAX_SEQ,
    refused: limits.MAX_SEQ + 1,
    because: 'must be a whole number from 1 to 9007199254740991',
  },
  {
    ...TTL,
    limit: 'MIN_CHAT_TTL_MS',
    taken: limits.MIN_CHAT_TTL_MS,
    refused: limits.MIN_CHAT_TTL_MS - 1,
    because: 'must be whole milliseconds, from 1 second to 100 years',
  },
  {
    ...TTL,
    limit: 'MAX_CHAT_TTL_MS',
    taken: limits.MAX_CHAT_TTL_MS,
    refused: limits.MAX_CHAT_TTL_MS + 1,
    because: 'must be whole milliseconds, from 1 second to 100 years',
  },
  {
    ...TTL,
    limit: 'maxChatTtlMs',
    server: { maxChatTtlMs: 2_500 },
    taken: 2_500,
    refused: 2_501,
    because: "must be at most 2.5 s (the server's maxChatTtl)",
  },
  {
    limit: 'MAX_WAIT_MS',
    method: 'FetchUnread',
    field: 'wait',
    besides: { chatId },
    taken: limits.MAX_WAIT_MS,
    refused: limits.MAX_WAIT_MS + 1,
    because: 'must be whole milliseconds, from 0 to 30 seconds',
  },
  {
    limit: 'MAX_REASON_LENGTH',
    method: 'CloseAnyChat',
    field: 'reason',
    besides: { chatId },
    taken: letters(limits.MAX_REASON_LENGTH),
    refused: letters(limits.MAX_REASON_LENGTH + 1),
    because: 'must have 1 to 200 characters, has more',
  },
  { ...PAGE, method: 'ListChats', field: 'pageSize' },
  { ...PAGE, method: 'ListSessions', field: 'pageSize' },
  { ...PAGE, method: 'ListAllChats', field: 'pageSize' },
  { ...PAGE, method: 'ListMessages', field: 'pageSize', besides: { chatId } },
  { ...PAGE, method: 'ListUnreadCounts', field: 'pageSize' },
  { ...PAGE, method: 'FetchUnread', field: 'limit', besides: { chatId } },
];

export const LIMITS_OF_VALUES: readonly Scenario[] = BOUNDED.map((bounded) => {
  const { limit, method, field, taken, refused, because, besides = {}, server = {} } = bounded;
  return {
    name: `${field} of ${method} is taken up to its bound, ${limit}`,
    shows: [limit],
    limits: server,
    steps: [
      does('Boris', 'CreateChat', {}, { chat: { id: chatId } }),
      posts('Boris', chatId, 'раз'),
      does(callerOf(method), method, { ...besides, [field]: taken }),
      isRefused(
        callerOf(method),
        method,
        { ...besides, [field]: refused },
        {
          code: 'INVALID_ARGUMENT',
          fields: { [field]: because },
        },
      ),
    ],
  };
});

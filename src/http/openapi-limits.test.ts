import { describe, expect, test } from 'vitest';
import {
  OPERATIONS,
  requestFields,
  resolve,
  responseSchema,
  SCHEMAS,
  type Operation,
  type Schema,
} from '../../tests/support/openapi-document.ts';
import * as limits from '../domain/limits.ts';

const { DEFAULT_LIMITS, MAX_PAGE_SIZE, MAX_SEQ } = limits;
const KEYWORDS = new Set([
  'minLength',
  'maxLength',
  'x-default-maxLength',
  'minimum',
  'maximum',
  'x-default-maximum',
  'x-minimum',
  'x-maximum',
  'default',
]);
const operations = Object.values(OPERATIONS);

const seq = { minimum: 0, maximum: MAX_SEQ };
const page = {
  pageSize: { minimum: 1, maximum: MAX_PAGE_SIZE, default: limits.DEFAULT_PAGE_SIZE },
  pageToken: { minLength: 1 },
};
const reason = { minLength: 1, maxLength: limits.MAX_REASON_LENGTH };
const pageOfMessages = { ...page, order: { default: 'OLDEST_FIRST' }, markRead: { default: true } };

/** The limits and defaults of every field of every request. */
const EXPECTED: Readonly<Record<string, object>> = {
  createSession: { displayName: { minLength: 1, maxLength: limits.MAX_DISPLAY_NAME_LENGTH } },
  endSession: { closeChats: { default: false } },
  createChat: {
    title: { minLength: 0, maxLength: limits.MAX_TITLE_LENGTH, default: '' },
    maxMessages: { minimum: 1, maximum: MAX_SEQ, 'x-default-maximum': DEFAULT_LIMITS.maxChatSize },
    readOnly: { default: false },
    ttl: { 'x-minimum': seconds(limits.MIN_CHAT_TTL_MS), 'x-maximum': seconds(limits.MAX_CHAT_TTL_MS) },
    unlisted: { default: false },
  },
  listChats: page,
  postMessage: {
    text: {
      minLength: 1,
      maxLength: limits.MAX_ALLOWED_MESSAGE_LENGTH,
      'x-default-maxLength': DEFAULT_LIMITS.maxMessageLength,
    },
    clientMessageId: { minLength: 1, maxLength: limits.MAX_CLIENT_MESSAGE_ID_LENGTH },
  },
  listMessages: pageOfMessages,
  headMessages: pageOfMessages,
  fetchUnread: {
    ackSeq: seq,
    limit: { minimum: 1, maximum: MAX_PAGE_SIZE, default: limits.DEFAULT_UNREAD_LIMIT },
    wait: { 'x-minimum': '0s', 'x-maximum': seconds(limits.MAX_WAIT_MS) },
  },
  markRead: { seq },
  listUnreadCounts: page,
  subscribe: { afterSeq: seq },
  listSessions: page,
  listAllChats: page,
  closeAnyChat: { reason },
  endAnySession: { reason },
};

function seconds(durationMs: number): string {
  return `${durationMs / 1000}s`;
}

function limitsOf(operation: Operation): object {
  const fields = Object.entries(requestFields(operation)).map(([name, schema]): [string, object] => [
    name,
    Object.fromEntries(Object.entries(resolve(schema)).filter(([keyword]) => KEYWORDS.has(keyword))),
  ]);
  return Object.fromEntries(fields.filter(([, found]) => Object.keys(found).length > 0));
}

/** A member of an object, or of what an operation answers. */
function member(of: string, name: string): Schema | undefined {
  const operation = OPERATIONS[of];
  return (operation === undefined ? SCHEMAS[of] : responseSchema(operation))?.properties?.[name];
}

describe('the limits of a request', () => {
  test.each(operations)('are those of the domain: $operationId', (operation) => {
    expect(limitsOf(operation)).toEqual(EXPECTED[operation.operationId] ?? {});
  });

  test.each(operations)('stand in its descriptions, too: $operationId', (operation) => {
    for (const schema of Object.values(requestFields(operation)).map(resolve)) {
      const { minLength: _, ...keywords } = schema;
      const stated = Object.keys(keywords).filter((keyword) => KEYWORDS.has(keyword));
      const values = stated.map((keyword) => keywords[keyword]);
      // From where to where every seq goes does not have to be said.
      const numbers = values.filter((value) => typeof value === 'number' && value !== 0 && value !== MAX_SEQ);
      for (const number of numbers) expect(schema.description).toMatch(new RegExp(`\\b${number as number}\\b`));
    }
  });
});

describe('the limits of an answer are those of the domain', () => {
  test.each([
    ['listChats', 'chats', MAX_PAGE_SIZE],
    ['listSessions', 'sessions', MAX_PAGE_SIZE],
    ['listAllChats', 'chats', MAX_PAGE_SIZE],
    ['listMessages', 'messages', MAX_PAGE_SIZE],
    ['fetchUnread', 'messages', MAX_PAGE_SIZE],
    ['listUnreadCounts', 'counts', MAX_PAGE_SIZE],
    ['ActiveUsers', 'users', limits.MAX_ACTIVE_USERS_SHOWN],
    ['Problem', 'errors', limits.MAX_NAMED_VIOLATIONS + 1],
  ])('in %s.%s: %d items', (of, name, maxItems) => {
    expect(member(of, name)?.['maxItems']).toBe(maxItems);
  });

  test.each(['Seq', 'Count'])('in every %s', (name) => {
    expect(SCHEMAS[name]).toMatchObject(seq);
  });

  test.each([
    ['ActiveUsers', 'users', `first ${limits.MAX_ACTIVE_USERS_SHOWN}`],
    ['ActiveUser', 'lastActiveAt', `at most every ${limits.ACTIVITY_RESOLUTION_MS / 1000} seconds`],
    ['listMessages', 'messages', `${limits.MAX_PAGE_BYTES / 2 ** 20} MiB`],
    ['fetchUnread', 'messages', `${limits.MAX_PAGE_BYTES / 2 ** 20} MiB`],
    ['getStats', 'messagesLastHour', `${limits.RECENT_WINDOW_MS / 60_000} minutes`],
  ])('in the words about %s.%s: %s', (of, name, words) => {
    expect(member(of, name)?.description).toContain(words);
  });

  test('in the statistics, whose example has the defaults', () => {
    const { sessionTtlMs, maxChatTtlMs, ...counts } = DEFAULT_LIMITS;
    const expected = { ...counts, sessionTtl: seconds(sessionTtlMs) };
    expect(maxChatTtlMs).toBeUndefined();
    const { example } = OPERATIONS['getStats']?.responses['200']?.content?.['application/json'] ?? {};
    expect(example).toHaveProperty('limits', expected);
  });
});

test('how long a client message id is remembered is that of the domain', () => {
  const { clientMessageId } = requestFields(OPERATIONS['postMessage']!);
  expect(clientMessageId?.description).toContain(`for ${limits.CLIENT_MESSAGE_ID_MEMORY_MS / 60_000} minutes`);
});

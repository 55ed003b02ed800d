import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Problem } from '../domain/problem.ts';
import { PageTokens } from './page-tokens.ts';

const tokens = new PageTokens(randomBytes(32));
const cursor = { createdAt: 1_700_000_000_000, chatId: '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70' };

describe('a page token', () => {
  test('leads back to where the page begins', () => {
    expect(tokens.readChats(tokens.writeChats(cursor))).toEqual(cursor);
    expect(tokens.readAllChats(tokens.writeAllChats(cursor))).toEqual(cursor);
    expect(tokens.readSessions(tokens.writeSessions(cursor.chatId))).toBe(cursor.chatId);
    expect(tokens.readUnreadCounts('u', tokens.writeUnreadCounts('u', cursor))).toEqual(cursor);
    const place = { chatId: cursor.chatId, fromSeq: 2 ** 53 - 1 };
    expect(tokens.readMessages('NEWEST_FIRST', tokens.writeMessages('NEWEST_FIRST', place))).toEqual(place);
  });

  test('is refused when any of its characters is altered', () => {
    const token = tokens.writeChats(cursor);
    for (let index = 0; index < token.length; index++) {
      const altered = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1);
      expect(tokens.readChats(altered), altered).toBeInstanceOf(Problem);
    }
  });

  test.each(['x', 'AAAA', 'not base64!', 'A'.repeat(100)])('is refused when made up: %j', (token) => {
    expect(tokens.readChats(token)).toBeInstanceOf(Problem);
  });

  test('is refused when padded or otherwise not exactly as written', () => {
    expect(tokens.readChats(`${tokens.writeChats(cursor)}=`)).toBeInstanceOf(Problem);
  });

  test('is refused when it is of another method, another user or another order', () => {
    expect(tokens.readMessages('OLDEST_FIRST', tokens.writeChats(cursor))).toBeInstanceOf(Problem);
    expect(tokens.readChats(tokens.writeUnreadCounts('u', cursor))).toBeInstanceOf(Problem);
    expect(tokens.readChats(tokens.writeAllChats(cursor))).toBeInstanceOf(Problem);
    expect(tokens.readAllChats(tokens.writeChats(cursor))).toBeInstanceOf(Problem);
    expect(tokens.readSessions(tokens.writeAllChats(cursor))).toBeInstanceOf(Problem);
    expect(tokens.readUnreadCounts('v', tokens.writeUnreadCounts('u', cursor))).toBeInstanceOf(Problem);
    const place = { chatId: cursor.chatId, fromSeq: 7 };
    expect(tokens.readMessages('OLDEST_FIRST', tokens.writeMessages('NEWEST_FIRST', place))).toBeInstanceOf(Problem);
  });

  test('is judged without an order where there is no valid one', () => {
    const place = { chatId: cursor.chatId, fromSeq: 7 };
    const noOrder = new Problem('is no order');
    expect(tokens.readMessages(noOrder, tokens.writeMessages('NEWEST_FIRST', place))).toEqual(place);
    expect(tokens.readMessages(noOrder, tokens.writeChats(cursor))).toBeInstanceOf(Problem);
    expect(tokens.readMessages(noOrder, 'x')).toBeInstanceOf(Problem);
  });

  test('is refused when another server signed it', () => {
    expect(new PageTokens(randomBytes(32)).readChats(tokens.writeChats(cursor))).toBeInstanceOf(Problem);
  });
});

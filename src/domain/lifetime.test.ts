import { describe, expect, test } from 'vitest';
import { chatDeadline, isOver, NEVER, sessionDeadline } from './lifetime.ts';

describe('a session', () => {
  const ttlMs = 1_000;

  test('ends ttl after its creation or last message when its user has opened no chat', () => {
    expect(sessionDeadline({ activeAt: 5_000, chatsUntil: 0, ttlMs })).toBe(6_000);
  });

  test('ends ttl after the deadline of the last chat its user opened, known in advance', () => {
    expect(sessionDeadline({ activeAt: 5_000, chatsUntil: 90_000, ttlMs })).toBe(91_000);
  });

  test('ends ttl after its last message when that is later than the end of its chats', () => {
    expect(sessionDeadline({ activeAt: 95_000, chatsUntil: 90_000, ttlMs })).toBe(96_000);
  });

  test('has no end while its user has an open chat without a lifetime', () => {
    expect(sessionDeadline({ activeAt: 5_000, chatsUntil: NEVER, ttlMs })).toBe(NEVER);
  });
});

describe('a deadline', () => {
  test('is the first instant at which it is over', () => {
    expect(isOver(1_000, 999)).toBe(false);
    expect(isOver(1_000, 1_000)).toBe(true);
    expect(isOver(NEVER, Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  test('of a chat is its lifetime after its creation, or never', () => {
    expect(chatDeadline(1_000, 500)).toBe(1_500);
    expect(chatDeadline(1_000, undefined)).toBe(NEVER);
  });
});

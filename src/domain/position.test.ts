import { describe, expect, test } from 'vitest';
import {
  firstVisitPosition,
  joins,
  keptCount,
  keptOf,
  missedAfter,
  positionAfterOwnPost,
  unreadAfter,
} from './position.ts';

describe('what a chat keeps', () => {
  test('is nothing at first', () => {
    expect(keptOf(0, 10)).toEqual({ first: 1, last: 0 });
    expect(keptCount(keptOf(0, 10))).toBe(0);
  });

  test('is everything up to its size, then the last messages', () => {
    expect(keptOf(10, 10)).toEqual({ first: 1, last: 10 });
    expect(keptOf(11, 10)).toEqual({ first: 2, last: 11 });
    expect(keptCount(keptOf(1_000, 10))).toBe(10);
  });

  test('is everything without a limit', () => {
    expect(keptOf(1_000, 0)).toEqual({ first: 1, last: 1_000 });
  });
});

describe('a position', () => {
  const kept = { first: 51, last: 100 };

  test('is put just before the oldest kept message by a first visit', () => {
    expect(firstVisitPosition(kept)).toBe(50);
    expect(missedAfter(50, kept)).toBe(0);
    expect(unreadAfter(50, kept)).toBe(50);
  });

  test('behind what is kept has missed what was trimmed, and only kept messages are unread', () => {
    expect(missedAfter(30, kept)).toBe(20);
    expect(unreadAfter(30, kept)).toBe(50);
  });

  test('inside what is kept has missed nothing', () => {
    expect(missedAfter(70, kept)).toBe(0);
    expect(unreadAfter(70, kept)).toBe(30);
    expect(unreadAfter(100, kept)).toBe(0);
  });

  test('is carried over its own post only from the end', () => {
    expect(positionAfterOwnPost(100, 101)).toBe(101);
    expect(positionAfterOwnPost(99, 101)).toBe(99);
  });
});

describe('a page', () => {
  const kept = { first: 51, last: 100 };

  test('joins when it begins at most one after the position', () => {
    expect(joins(71, 70, kept)).toBe(true);
    expect(joins(60, 70, kept)).toBe(true);
    expect(joins(72, 70, kept)).toBe(false);
  });

  test('joins when it begins with the oldest kept message, however much was missed', () => {
    expect(joins(51, 10, kept)).toBe(true);
    expect(joins(52, 10, kept)).toBe(false);
  });
});

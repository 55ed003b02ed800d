import { describe, expect, test } from 'vitest';
import { messageSizeBound } from '../domain/encoded-size.ts';
import type { Message } from '../domain/models.ts';
import { MAX_EVENT_BYTES } from '../domain/limits.ts';
import { RecentMessages } from './recent-messages.ts';

const AUTHOR = { userId: '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70', displayName: 'Ada' };

function messages(first: number, last: number, text = 'line'): readonly Message[] {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    return { id: String(first + index), chatId: 'chat', seq: first + index, author: AUTHOR, text, sentAt: 0 };
  });
}

describe('the recent messages', () => {
  test('after a seq are those that follow it', () => {
    const recent = new RecentMessages();
    recent.add(messages(11, 15));
    expect(recent.after(10)).toMatchObject({ firstSeq: 11, lastSeq: 15 });
    expect(recent.after(13)).toEqual({
      event: { type: 'messages', messages: messages(14, 15) },
      firstSeq: 14,
      lastSeq: 15,
    });
    expect(recent.after(15)).toBeUndefined();
    expect(recent.after(20)).toBeUndefined();
  });

  test('begin with the oldest one there is for whoever is further behind', () => {
    const recent = new RecentMessages();
    recent.add(messages(11, 15));
    expect(recent.after(3)).toMatchObject({ firstSeq: 11, lastSeq: 15 });
  });

  test('are one object for all who follow the same seq, until something is added', () => {
    const recent = new RecentMessages();
    recent.add(messages(1, 3));
    const before = recent.after(1);
    expect(recent.after(1)).toBe(before);
    recent.add(messages(4, 4));
    expect(recent.after(1)).toMatchObject({ firstSeq: 2, lastSeq: 4 });
  });

  test('are cut to what fits one event', () => {
    const recent = new RecentMessages();
    const text = 'x'.repeat(1_000);
    recent.add(messages(1, 500, text));
    const size = messageSizeBound({ author: AUTHOR, text });
    const fitting = Math.floor(MAX_EVENT_BYTES / size);
    expect(recent.after(0)).toMatchObject({ firstSeq: 1, lastSeq: fitting });
    expect(recent.after(fitting)).toMatchObject({ firstSeq: fitting + 1, lastSeq: 2 * fitting });
  });

  test('larger than an event travel one by one', () => {
    const recent = new RecentMessages();
    recent.add(messages(1, 3, 'x'.repeat(MAX_EVENT_BYTES)));
    expect(recent.after(0)).toMatchObject({ firstSeq: 1, lastSeq: 1 });
  });

  test('count bytes, also those that were dropped', () => {
    const recent = new RecentMessages();
    const size = messageSizeBound({ author: AUTHOR, text: 'line' });
    recent.add(messages(1, 10));
    recent.dropThrough(4);
    expect(recent.bytes).toBe(10 * size);
    expect(recent.bytesUpTo(6)).toBe(6 * size);
    expect(recent.bytesUpTo(10)).toBe(10 * size);
    recent.dropThrough(10);
    recent.add(messages(11, 12));
    expect(recent.bytesUpTo(11)).toBe(11 * size);
  });

  test('that were dropped are gone', () => {
    const recent = new RecentMessages();
    recent.add(messages(1, 10));
    recent.dropThrough(7);
    expect(recent.after(0)).toMatchObject({ firstSeq: 8 });
    recent.dropThrough(3);
    recent.dropThrough(10);
    expect(recent.after(0)).toBeUndefined();
  });
});

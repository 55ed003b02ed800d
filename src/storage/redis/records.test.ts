/** What is written down comes back as it was; what is damaged is told. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { encodedSizeBound } from '../../domain/encoded-size.ts';
import { NEVER } from '../../domain/lifetime.ts';
import { DamagedRecordError } from './failures.ts';
import { type Intent, intentOf, readIntent } from './intents.ts';
import * as records from './records.ts';

const CHAT_ID = '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70';
const text = fc.string({ unit: 'grapheme', minLength: 1 }).map((value) => value.toWellFormed());

describe('messages', () => {
  test('come back as they were, whatever is in their names and texts', () => {
    const message = fc.record({
      id: fc.uuid(),
      userId: fc.uuid(),
      name: text,
      body: text,
      sentAt: fc.nat(),
      seq: fc.nat(),
    });
    fc.assert(
      fc.property(message, ({ id, userId, name, body, sentAt, seq }) => {
        const author = { userId, displayName: name };
        const sizeBytes = encodedSizeBound(name, body);
        const post = { id, chatId: CHAT_ID, author, text: body, sizeBytes, clientMessageId: undefined, now: sentAt };
        const record = `${sentAt}|${records.messageRecord(post)}`;
        const expected = { id, chatId: CHAT_ID, seq, author, text: body, sentAt };
        expect(records.messageOf(CHAT_ID, seq, record)).toEqual(expected);
        expect(records.rememberedMessageOf(CHAT_ID, `${seq}|${record}`)).toEqual(expected);
      }),
    );
  });

  test.each(['', '|||||', '5', '5|7|nonsense', 'x|1|a|b|1|cd', '1|1|a|b|9|cd', '1|1|a|b|x|cd'])(
    'a record like "%s" is damaged',
    (record) => {
      expect(() => records.messageOf(CHAT_ID, 4, record)).toThrow(DamagedRecordError);
      expect(() => records.messageOf(CHAT_ID, 4, record)).toThrow(`message 4 of chat ${CHAT_ID}`);
    },
  );
});

describe('settings of chats', () => {
  test.each([undefined, 60_000])('come back as they were, with a lifetime of %s', (ttlMs) => {
    const creator = { userId: 'ann', displayName: 'Ann' };
    const settings = {
      id: CHAT_ID,
      title: 'Tea',
      creator,
      createdAt: 5,
      maxMessages: 0,
      readOnly: true,
      unlisted: false,
      ttlMs,
    };
    expect(records.settingsOf(CHAT_ID, records.settingsRecord(settings))).toEqual(settings);
  });

  test('that are damaged are told', () => {
    expect(() => records.settingsOf(CHAT_ID, '{')).toThrow(DamagedRecordError);
  });
});

describe('places', () => {
  test('sort like the times and ids that they are made of', () => {
    const place = fc.tuple(fc.nat({ max: 4e15 }), fc.uuid());
    fc.assert(
      fc.property(place, place, ([createdAt, id], [otherCreatedAt, otherId]) => {
        const isBefore = createdAt === otherCreatedAt ? id < otherId : createdAt < otherCreatedAt;
        expect(records.placeOf(createdAt, id) < records.placeOf(otherCreatedAt, otherId)).toBe(isBefore);
      }),
    );
  });

  test('lead back to the chat and to the cursor', () => {
    const place = records.placeOf(1_893_456_000_000, CHAT_ID);
    expect(records.chatIdOf(place)).toBe(CHAT_ID);
    expect(records.cursorOf(place)).toEqual({ createdAt: 1_893_456_000_000, chatId: CHAT_ID });
    expect(records.listStart(records.cursorOf(place))).toBe(`(${place}`);
    expect(records.listStart(undefined)).toBe('+');
  });
});

describe('leases', () => {
  test.each([
    ['as long as the session lives, if that is not long', 1_500, 1_000, 1_500],
    ['one lifetime at most, after which a closing may have brought the end nearer', NEVER, 1_000, 2_000],
  ])('run %s', (_name, expiresAt, ttlMs, until) => {
    expect(records.leaseUntil({ expiresAt, ttlMs }, 1_000)).toBe(until);
  });
});

describe('intents', () => {
  test.each<Intent>([
    { kind: 'open', chatId: CHAT_ID, userId: 'ann', createdAt: 7, isListed: true },
    { kind: 'open', chatId: CHAT_ID, userId: 'ann', createdAt: 7, isListed: false },
    { kind: 'close', chatId: CHAT_ID, userId: 'ann', at: 9 },
  ])('come back as they were: %o', (intent) => {
    expect(readIntent(intentOf(intent))).toEqual(intent);
  });

  test.each(['', 'open', 'move|a|b|1'])('like "%s" are damaged', (record) => {
    expect(() => readIntent(record)).toThrow(DamagedRecordError);
  });
});

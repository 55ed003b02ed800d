import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, MAX_CHAT_TTL_MS, MAX_SEQ } from './limits.ts';
import { Problem } from './problem.ts';
import { parseChatTtl, parseMaxMessages, parsePageSize, parseSeq, parseUuid, parseWait } from './values.ts';

const HOUR_MS = 3_600_000;

describe('a UUID', () => {
  test('is accepted in any case and returned in lower case', () => {
    expect(parseUuid('0198C0DE-7E11-7A5C-8B3D-2F6A1C9E4D70')).toBe('0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70');
  });

  test.each([
    '',
    'x',
    '0198c0de7e117a5c8b3d2f6a1c9e4d70',
    '{0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70}',
    '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d7g',
    '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70\n',
    ' 0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70',
  ])('is refused when malformed: %j', (value) => {
    expect(parseUuid(value)).toBeInstanceOf(Problem);
  });
});

describe('a number', () => {
  test.each([
    ['a page size', parsePageSize, 1, 500],
    ['a seq', parseSeq, 0, MAX_SEQ],
    ['a wait', parseWait, 0, 30_000],
    ['a number of messages to keep', (value: number) => parseMaxMessages(value, DEFAULT_LIMITS), 1, 1000],
    ['a chat lifetime', (value: number) => parseChatTtl(value, DEFAULT_LIMITS), 1000, MAX_CHAT_TTL_MS],
  ])('%s is accepted within its bounds and refused beyond them', (_, parse, min, max) => {
    expect(parse(min)).toBe(min);
    expect(parse(max)).toBe(max);
    for (const value of [min - 1, max + 1, -1, 1.5, NaN, Infinity, -Infinity, 2 ** 60]) {
      expect(parse(value), String(value)).toBeInstanceOf(Problem);
    }
  });
});

describe('a value over a cap of the server', () => {
  test('is refused, naming the cap', () => {
    expect(parseMaxMessages(51, { ...DEFAULT_LIMITS, maxChatSize: 50 })).toEqual(
      new Problem("must be a whole number from 1 to 50 (the server's max_chat_size)"),
    );
    expect(parseChatTtl(HOUR_MS + 1, { ...DEFAULT_LIMITS, maxChatTtlMs: HOUR_MS })).toEqual(
      new Problem("must be at most 3600 s (the server's max_chat_ttl)"),
    );
  });

  test('is accepted when the cap is off, and no cap is named', () => {
    const limits = { ...DEFAULT_LIMITS, maxChatSize: 0 };
    expect(parseMaxMessages(1_000_000_000, limits)).toBe(1_000_000_000);
    expect(parseMaxMessages(0, limits)).toEqual(new Problem(`must be a whole number from 1 to ${MAX_SEQ}`));
  });
});

import { describe, expect, test } from 'vitest';
import { Problem } from './problem.ts';
import { parseClientMessageId, parseDisplayName, parseMessageText, parseReason, parseTitle } from './text.ts';

function problemOf(result: string | Problem): string {
  expect(result).toBeInstanceOf(Problem);
  return (result as Problem).description;
}

describe('a display name', () => {
  test.each([
    ['is composed (NFC)', 'Zoe\u0308', 'Zoë'],
    ['is trimmed', '  Ann\n', 'Ann'],
    ['has its inner spaces collapsed', 'Ann  \u00A0\u3000Lee', 'Ann Lee'],
    ['keeps its letter case', 'aNN', 'aNN'],
    ['may hold a zero-width non-joiner inside a word', 'می\u200Cخواهم', 'می\u200Cخواهم'],
    ['may hold a zero-width joiner inside a word', 'ශ්\u200Dරී', 'ශ්\u200Dරී'],
    ['may hold emoji joined into one', 'Ann 👩‍👩‍👧‍👦', 'Ann 👩‍👩‍👧‍👦'],
    ['may hold a flag made of tags', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 Ann', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 Ann'],
    ['may hold an emoji with a variation selector', '❤️ and ☎︎', '❤️ and ☎︎'],
    ['may hold markup, which clients show as text', '<b>Ann</b>', '<b>Ann</b>'],
    ['may have one character', 'A', 'A'],
    ['may have 64 characters outside the BMP', '😀'.repeat(64), '😀'.repeat(64)],
    ['is measured after it was normalized', ` ${'e\u0301'.repeat(64)} `, 'é'.repeat(64)],
  ])('%s', (_, value, accepted) => {
    expect(parseDisplayName(value)).toBe(accepted);
  });

  test.each([
    ['an empty one', '', '1 to 64 characters, is empty'],
    ['one of white space only', ' \t\u2003 ', '1 to 64 characters, is empty'],
    ['one of 65 characters', 'a'.repeat(65), '1 to 64 characters, has more'],
    ['one of 65 characters outside the BMP', '😀'.repeat(65), '1 to 64 characters, has more'],
    ['a huge one of hardly anything but white space', `a${' '.repeat(100_000)}b`, '1 to 64 characters, has more'],
    ['NUL', 'A\0nn', 'control characters'],
    ['a line break inside', 'Ann\nLee', 'control characters'],
    ['a tab inside', 'Ann\tLee', 'control characters'],
    ['a line separator inside', 'Ann\u2028Lee', 'control characters'],
    ['a C1 control', 'Ann\u0086Lee', 'control characters'],
    ['a right-to-left override', 'Ann\u202Eeel', 'bidi control'],
    ['a bidi isolate', '\u2067Ann\u2069', 'bidi control'],
    ['an Arabic letter mark', 'Ann\u061C', 'bidi control'],
    ['a zero-width space', 'Ann\u200BLee', 'invisible'],
    ['a word joiner', 'Ann\u2060Lee', 'invisible'],
    ['a byte order mark', '\uFEFFAnn', 'invisible'],
    ['a soft hyphen', 'Ann\u00ADLee', 'invisible'],
    ['a Hangul filler alone', '\u3164', 'invisible'],
    ['a Braille blank alone', '\u2800', 'invisible'],
    ['an annotation mark', 'Ann\uFFF9', 'invisible'],
    ['a joiner at the start', '\u200DAnn', 'invisible'],
    ['a joiner at the end', 'Ann\u200D', 'invisible'],
    ['a joiner beside a space', 'Ann \u200DLee', 'invisible'],
    ['two joiners in a row', 'A\u200D\u200Dnn', 'invisible'],
    ['tags without a flag', 'Ann\u{E0061}', 'invisible'],
    ['a lone surrogate', 'Ann\uD800', 'lone surrogate'],
  ])('refuses %s', (_, value, description) => {
    expect(problemOf(parseDisplayName(value))).toContain(description);
  });
});

describe('a title', () => {
  test('may be empty', () => {
    expect(parseTitle('  ')).toBe('');
  });

  test('may have 128 characters, not 129', () => {
    expect(parseTitle('т'.repeat(128))).toBe('т'.repeat(128));
    expect(problemOf(parseTitle('т'.repeat(129)))).toContain('0 to 128 characters');
  });

  test('follows the rules of display names', () => {
    expect(parseTitle(' A   plan ')).toBe('A plan');
    expect(problemOf(parseTitle('A\u202Eplan'))).toContain('bidi control');
  });
});

describe('a message text', () => {
  test.each([
    '  two  spaces\nand a line ',
    'e\u0301',
    '\u202Eevil',
    '\u200B',
    '<script>',
    '👩‍👩‍👧‍👦',
    'a\r\nb\t',
    '\u{10FFFF}',
  ])('is kept exactly as sent: %j', (text) => {
    expect(parseMessageText(text, 4096)).toBe(text);
  });

  test('is measured in Unicode code points', () => {
    expect(parseMessageText('😀'.repeat(10), 10)).toBe('😀'.repeat(10));
    expect(problemOf(parseMessageText('😀'.repeat(11), 10))).toBe('must have 1 to 10 characters, has more');
    expect(problemOf(parseMessageText('a'.repeat(11), 10))).toBe('must have 1 to 10 characters, has more');
    expect(problemOf(parseMessageText('a'.repeat(100), 10))).toBe('must have 1 to 10 characters, has more');
  });

  test.each([
    ['an empty one', '', 'is empty'],
    ['one of white space only', ' \n\t\u00A0\u3000', 'only white space'],
    ['NUL', 'a\0b', 'NUL'],
    ['a lone high surrogate', 'a\uD83D', 'lone surrogate'],
    ['a lone low surrogate', '\uDE00b', 'lone surrogate'],
  ])('refuses %s', (_, text, description) => {
    expect(problemOf(parseMessageText(text, 4096))).toContain(description);
  });
});

describe('a client message id', () => {
  test('is kept exactly as sent, 1 to 64 characters', () => {
    expect(parseClientMessageId(' A b ')).toBe(' A b ');
    expect(parseClientMessageId('x'.repeat(64))).toBe('x'.repeat(64));
    expect(problemOf(parseClientMessageId('x'.repeat(65)))).toContain('1 to 64 characters');
    expect(problemOf(parseClientMessageId(''))).toContain('1 to 64 characters');
    expect(problemOf(parseClientMessageId('a\0'))).toContain('NUL');
    expect(problemOf(parseClientMessageId('a\uD800'))).toContain('lone surrogate');
  });
});

describe('a reason', () => {
  test.each([
    ['x', 'x'],
    ['  spam,   again\t', 'spam, again'],
    ['😀'.repeat(200), '😀'.repeat(200)],
  ])('is taken as a name is: %j', (value, accepted) => {
    expect(parseReason(value)).toBe(accepted);
  });

  test.each([
    ['', 'must have 1 to 200 characters, is empty'],
    [' \t ', 'must have 1 to 200 characters, is empty'],
    ['x'.repeat(201), 'must have 1 to 200 characters, has more'],
    ['one line\nand one that looks like a line of the log', 'must not have control characters'],
  ])('is refused where a name is: %j', (value, description) => {
    expect(problemOf(parseReason(value))).toBe(description);
  });
});

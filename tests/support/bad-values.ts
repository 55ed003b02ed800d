/** Values that no method accepts, by kind of field. Durations are milliseconds. */

const UUID = '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70';

export const BAD_UUIDS: Readonly<Record<string, string>> = {
  empty: '',
  'not a UUID': 'general',
  'too short': UUID.slice(1),
  'too long': `${UUID}0`,
  'much too long': UUID.repeat(100),
  'with a line break': `${UUID}\n`,
  'in braces': `{${UUID}}`,
  'without hyphens': UUID.replaceAll('-', ''),
  'with another letter': UUID.replace('0', 'g'),
  'with a NUL': UUID.replace('0', '\0'),
  'with a bidi control': `\u202E${UUID}`,
  'with digits of another script': UUID.replace('0', '٠'),
};

/** For titles; display names in addition must not be empty. */
export const BAD_TITLES: Readonly<Record<string, string>> = {
  'too long': 'ж'.repeat(129),
  'much too long': 'a'.repeat(20_000),
  'with a NUL': 'a\0b',
  'with a control character': 'a\u0007b',
  'with a line break': 'a\nb',
  'with a line separator': 'a\u2028b',
  'with a bidi override': 'a\u202Eb',
  'with a bidi isolate': 'a\u2066b',
  'with a zero-width space': 'a\u200Bb',
  'with a byte-order mark': 'a\uFEFFb',
  'with an invisible tag': 'a\u{E0041}b',
  'with a joiner alone': '\u200D',
};

export const BAD_DISPLAY_NAMES: Readonly<Record<string, string>> = {
  ...BAD_TITLES,
  empty: '',
  'only white space': ' \u00A0\t\n ',
  'a character too long': 'ж'.repeat(65),
};

/** Without the empty one, which is missing over gRPC. */
export const BAD_REASONS: Readonly<Record<string, string>> = {
  ...omit(BAD_TITLES, 'too long', 'much too long'),
  'only white space': ' \u00A0\t ',
  'a character too long': 'ж'.repeat(201),
  'longer than is looked at': 'a'.repeat(3_300),
};

function omit(values: Readonly<Record<string, string>>, ...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

export const BAD_TEXTS: Readonly<Record<string, string>> = {
  empty: '',
  'only white space': ' \u00A0\t\n\u3000 ',
  'a character too long': 'ж'.repeat(4097),
  'much too long': '👋'.repeat(15_000),
  'with a NUL': 'a\0b',
};

export const BAD_CLIENT_MESSAGE_IDS: Readonly<Record<string, string>> = {
  empty: '',
  'a character too long': '👋'.repeat(65),
  'much too long': 'a'.repeat(20_000),
  'with a NUL': 'a\0b',
};

/** For sizes of pages and answers. */
export const BAD_PAGE_SIZES: Readonly<Record<string, number>> = {
  zero: 0,
  negative: -1,
  'one too large': 501,
  huge: 2 ** 31 - 1,
  'hugely negative': -(2 ** 31),
};

/** The last is about the largest that 64 bits take. */
const BAD_COUNTS: Readonly<Record<string, number>> = {
  negative: -1,
  'beyond what is exact': 2 ** 53,
  huge: 2 ** 63 - 1024,
  'hugely negative': -(2 ** 63),
};

/** For every seq that a caller names, in a chat with no message. */
export const BAD_SEQS: Readonly<Record<string, number>> = { ...BAD_COUNTS, 'beyond the last': 1 };

export const BAD_MAX_MESSAGES: Readonly<Record<string, number>> = {
  ...BAD_COUNTS,
  zero: 0,
  "over the server's cap": 1001,
};

const BAD_DURATIONS: Readonly<Record<string, number>> = {
  negative: -5_000,
  'negative by its fraction': -1,
  'not whole milliseconds': 5_000.5,
  'longer than any': 315_576_000_001_000,
};

export const BAD_TTLS: Readonly<Record<string, number>> = {
  ...BAD_DURATIONS,
  zero: 0,
  'too short': 999,
  'too long': 3_155_760_000_001,
};

export const BAD_WAITS: Readonly<Record<string, number>> = { ...BAD_DURATIONS, 'too long': 30_001 };

export const BAD_PAGE_TOKENS: Readonly<Record<string, string>> = {
  invented: 'next',
  'not of the alphabet': '%%%',
  'with a NUL': 'a\0b',
  'much too long': 'A'.repeat(10_000),
};

export const BAD_ORDERS: Readonly<Record<string, string>> = { unknown: 'SIDEWAYS' };

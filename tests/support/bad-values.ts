/** Values that no method accepts, by kind of field. */

const UUID = '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70';

export const BAD_UUIDS: Readonly<Record<string, string>> = {
  missing: '',
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
  missing: '',
  'only white space': ' \u00A0\t\n ',
  'a character too long': 'ж'.repeat(65),
};

export const BAD_TEXTS: Readonly<Record<string, string>> = {
  missing: '',
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

/** For every seq that a caller names, in a chat with no message. */
export const BAD_SEQS: Readonly<Record<string, bigint>> = {
  negative: -1n,
  'beyond the last': 1n,
  'beyond what is exact': 2n ** 53n,
  huge: 2n ** 63n - 1n,
  'hugely negative': -(2n ** 63n),
};

export const BAD_MAX_MESSAGES: Readonly<Record<string, bigint>> = {
  zero: 0n,
  negative: -1n,
  "over the server's cap": 1001n,
  'beyond what is exact': 2n ** 53n,
  huge: 2n ** 63n - 1n,
  'hugely negative': -(2n ** 63n),
};

interface DurationInit {
  readonly seconds?: bigint;
  readonly nanos?: number;
}

const BAD_DURATIONS: Readonly<Record<string, DurationInit>> = {
  negative: { seconds: -5n },
  'negative by its fraction': { nanos: -1_000_000 },
  'not whole milliseconds': { seconds: 5n, nanos: 500_000 },
  'of two signs': { seconds: 5n, nanos: -1_000_000 },
  'with a fraction of a second or more': { seconds: 1n, nanos: 1_000_000_000 },
  'longer than the type allows': { seconds: 315_576_000_001n },
  huge: { seconds: 2n ** 63n - 1n, nanos: 2 ** 31 - 1 },
  'hugely negative': { seconds: -(2n ** 63n), nanos: -(2 ** 31) },
};

export const BAD_TTLS: Readonly<Record<string, DurationInit>> = {
  ...BAD_DURATIONS,
  zero: {},
  'too short': { nanos: 999_000_000 },
  'too long': { seconds: 3_155_760_000n, nanos: 1_000_000 },
};

export const BAD_WAITS: Readonly<Record<string, DurationInit>> = {
  ...BAD_DURATIONS,
  'too long': { seconds: 30n, nanos: 1_000_000 },
};

export const BAD_PAGE_TOKENS: Readonly<Record<string, string>> = {
  invented: 'next',
  'not of the alphabet': '%%%',
  'with a NUL': 'a\0b',
  'much too long': 'A'.repeat(20_000),
};

export const BAD_ORDERS: Readonly<Record<string, number>> = { unknown: 3, negative: -1, huge: 2 ** 31 - 1 };

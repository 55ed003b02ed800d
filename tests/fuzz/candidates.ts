/** Values for the fields of a request, drawn from what the contract says of them: such as fit, such as lie at its bounds and beyond, and others. */

import fc from 'fast-check';
import { MAX_CHAT_TTL_MS, MAX_WAIT_MS, MIN_CHAT_TTL_MS, type Limits } from '../../src/domain/limits.ts';
import type { Schema } from '../support/openapi-document.ts';
import { Known } from './known.ts';

/** A value, or what stands for one. */
export interface Candidate {
  readonly value: unknown;
  /** Whether the contract allows it; undefined where it leaves that open. */
  readonly fits: boolean | undefined;
}

/** Makes the candidates for a field. */
export interface CandidateSource {
  /** Such as the contract allows. */
  readonly fitting: fc.Arbitrary<Candidate>;
  /** Any. */
  readonly any: fc.Arbitrary<Candidate>;
}

/** Characters of one, two, three and four bytes, none of which changes by normalization. */
const LETTERS = ['a', 'Z', '7', 'ж', '茶', '👋'];
const WRONG_STRINGS = [null, true, 5, [], {}, ['a']];
const WRONG_INTEGERS = [null, true, '5', 'x', 1.5, 0.1, [], {}, [1], 2n ** 64n, -(2n ** 63n)];
const WRONG_BOOLEANS = [null, 0, 1, 'true', '', [], {}];
const ODD_STRINGS = [
  '\0',
  'a\0b',
  '\ud800',
  'a\udc00',
  '\u202e',
  '\u200b',
  '\ufeff',
  ' ',
  '\t\n',
  '__proto__',
  '\u0301',
  '%00',
  '"\\',
];

const allowed = (value: unknown): Candidate => ({ value, fits: true });
const wrong = (value: unknown): Candidate => ({ value, fits: false });
const open = (value: unknown): Candidate => ({ value, fits: undefined });

/** The candidates for a field of this name and schema, under these limits. */
export function candidates(name: string, schema: Schema, limits: Limits): CandidateSource {
  const source = sourceOf(name, schema, limits);
  return {
    fitting: source.fitting,
    any: fc.oneof(
      { weight: 2, arbitrary: source.fitting },
      ...source.others.map((arbitrary) => ({ weight: 1, arbitrary })),
    ),
  };
}

interface Source {
  readonly fitting: fc.Arbitrary<Candidate>;
  readonly others: readonly fc.Arbitrary<Candidate>[];
}

function sourceOf(name: string, schema: Schema, limits: Limits): Source {
  if (name === 'chatId') return ids('chat');
  if (name === 'userId') return ids('user');
  if (name === 'pageToken') return pageTokens();
  if (['seq', 'ackSeq', 'afterSeq', 'Last-Event-ID'].includes(name)) return seqs(schema);
  if (name === 'text') return texts(limits.maxMessageLength, 1, isText);
  if (name === 'clientMessageId') return clientMessageIds(schema);
  if (['displayName', 'title', 'reason'].includes(name))
    return texts(schema['maxLength'] as number, schema['minLength'] as number);
  if (name === 'ttl') return durations(MIN_CHAT_TTL_MS, limits.maxChatTtlMs ?? MAX_CHAT_TTL_MS);
  if (name === 'wait') return durations(0, MAX_WAIT_MS, 0);
  if (schema.type === 'integer') return integers(schema, name === 'maxMessages' ? limits.maxChatSize : undefined);
  if (schema.type === 'boolean')
    return { fitting: fc.boolean().map(allowed), others: [constants(WRONG_BOOLEANS, wrong)] };
  if (schema.enum !== undefined) return words(schema.enum);
  throw new Error(`no candidates are made for fields like ${name}`);
}

function ids(kind: 'chat' | 'user'): Source {
  const uuid = fc.uuid().map(allowed);
  return {
    fitting: fc.oneof({ weight: 12, arbitrary: known(kind) }, { weight: 1, arbitrary: uuid }),
    others: [
      fc.uuid().map((id) => allowed(id.toUpperCase())),
      fc.uuid().map((id) => wrong(id.slice(1))),
      fc.constantFrom('x', '{}', '0', 'general', '..', '%', 'а'.repeat(36)).map(wrong),
    ],
  };
}

function pageTokens(): Source {
  return {
    fitting: known('page token'),
    others: [
      known('any page token'),
      fc.base64String({ minLength: 4, maxLength: 80 }).map(wrong),
      constants(['x', 'AAAA', '='], wrong),
    ],
  };
}

function seqs(schema: Schema): Source {
  const { maximum } = schema as { readonly maximum: number };
  return {
    fitting: known('seq'),
    others: [
      known('seq beyond'),
      constants([0, maximum], open),
      constants([-1, BigInt(maximum) + 1n, 2n ** 63n, -(2n ** 63n)], wrong),
      constants(WRONG_INTEGERS, wrong),
    ],
  };
}

/** @param judge says whether a text fits; without it the contract is not precise enough to say. */
function texts(max: number, min: number, judge?: (value: string, max: number) => boolean): Source {
  const judged = (value: string): Candidate => (judge === undefined ? open(value) : { value, fits: judge(value, max) });
  const edge = min === 0 ? [allowed('')] : [wrong('')];
  return {
    fitting: letters(Math.max(1, min), max).map(allowed),
    others: [
      fc.constantFrom(
        ...edge,
        ...LETTERS.flatMap((letter) => [allowed(letter.repeat(max)), wrong(letter.repeat(max + 1))]),
      ),
      fc.string({ unit: 'binary', maxLength: max + 1 }).map(judged),
      fc.string({ unit: 'grapheme', maxLength: max + 1 }).map(judged),
      fc.constantFrom(...ODD_STRINGS).map(judged),
      fc.constant('x'.repeat(60_000)).map(wrong),
      constants(WRONG_STRINGS, wrong),
    ],
  };
}

function isText(value: string, max: number): boolean {
  const { length } = Array.from(value);
  return (
    length >= 1 && length <= max && !value.includes('\0') && value.isWellFormed() && /\P{White_Space}/u.test(value)
  );
}

/** Few, so that they meet. */
function clientMessageIds(schema: Schema): Source {
  const max = schema['maxLength'] as number;
  const { others } = texts(
    max,
    1,
    (value) => Array.from(value).length <= max && value !== '' && !value.includes('\0') && value.isWellFormed(),
  );
  return { fitting: fc.constantFrom('a', 'b', 'ж').map(allowed), others };
}

/** @param usualMs what most of them are, if any is as good as others. */
function durations(minMs: number, maxMs: number, usualMs?: number): Source {
  const within = fc.integer({ min: minMs, max: Math.min(maxMs, 3_600_000) }).map((ms) => allowed(toText(ms)));
  return {
    fitting:
      usualMs === undefined
        ? within
        : fc.oneof({ weight: 3, arbitrary: fc.constant(allowed(toText(usualMs))) }, { weight: 1, arbitrary: within }),
    others: [
      constants([toText(minMs), toText(maxMs), `${toText(minMs).slice(0, -1)}000000s`], allowed),
      constants(
        [...(minMs > 0 ? [toText(minMs - 1)] : []), toText(maxMs + 1), '-1s', '1.0001s', '1.000000001s'],
        wrong,
      ),
      constants(
        [
          '',
          's',
          '90',
          '1 s',
          '1s ',
          '1S',
          '1e3s',
          '1,5s',
          '.5s',
          '1.s',
          '+1s',
          '1m',
          'Infinitys',
          '9'.repeat(30) + 's',
        ],
        wrong,
      ),
      constants(['01s', '-0s'], open),
      constants(WRONG_STRINGS, wrong),
    ],
  };
}

function toText(ms: number): string {
  return `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}s`;
}

function integers(schema: Schema, cap: number | undefined): Source {
  const { minimum, maximum } = schema as { readonly minimum: number; readonly maximum: number };
  const max = cap ?? maximum;
  return {
    fitting: fc
      .oneof(fc.integer({ min: minimum, max: Math.min(max, minimum + 5) }), fc.integer({ min: minimum, max }))
      .map(allowed),
    others: [
      constants([minimum, max], allowed),
      constants([minimum - 1, max + 1, -max, Number.MAX_SAFE_INTEGER], wrong),
      constants(WRONG_INTEGERS, wrong),
    ],
  };
}

function words(all: readonly string[]): Source {
  return {
    fitting: fc.constantFrom(...all).map(allowed),
    others: [constants([all[0]!.toLowerCase(), `${all[0]} `, '', '0', 'ORDER'], wrong)],
  };
}

function letters(min: number, max: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...LETTERS), minLength: min, maxLength: max });
}

function known(kind: Known['kind']): fc.Arbitrary<Candidate> {
  return fc.nat().map((which) => open(new Known(kind, which)));
}

function constants(values: readonly unknown[], as: (value: unknown) => Candidate): fc.Arbitrary<Candidate> {
  return fc.constantFrom(...values).map(as);
}

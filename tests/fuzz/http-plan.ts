/** Plans of HTTP requests: everything that chance decides about a request, before anything is known of the server. */

import fc from 'fast-check';
import type { Limits } from '../../src/domain/limits.ts';
import { OPERATIONS, resolve, type Operation, type Schema } from '../support/openapi-document.ts';
import { candidates, type Candidate } from './candidates.ts';
import type { JsonStyle } from './json-style.ts';

/** A parameter or member and its value. */
export type Field = readonly [name: string, value: Candidate];

/** Whose token is sent, and how. */
export interface TokenPlan {
  readonly which: number;
  /** Whether it is taken from all sessions rather than from the live ones. */
  readonly isAnyone: boolean;
  readonly form: keyof typeof TOKEN_FORMS;
}

/** The body of a request: members, or bytes that are something else. */
type BodyPlan =
  | { readonly members: readonly Field[]; readonly style: JsonStyle }
  | { readonly bytes: Uint8Array; readonly fits: boolean | undefined };

/** A request to an operation. */
export interface HttpPlan {
  readonly operationId: string;
  readonly isHead: boolean;
  readonly token: TokenPlan;
  readonly path: readonly Field[];
  readonly query: readonly Field[];
  readonly headers: readonly Field[];
  readonly body: BodyPlan | undefined;
  readonly contentType: string | undefined;
  /** More of the URL than has to is written with percent signs. */
  readonly isPercentEncoded: boolean;
  readonly isChunked: boolean;
  /** As large as no request may be. */
  readonly padding: 'none' | 'body' | 'headers';
}

/** How a token is written, and whether that must be understood; undefined: it may be. */
export const TOKEN_FORMS = {
  usual: { write: (token: string) => `Bearer ${token}`, fits: true },
  'lower case': { write: (token: string) => `bearer ${token}`, fits: true },
  'more space': { write: (token: string) => `BEARER   ${token}`, fits: true },
  'space around': { write: (token: string) => `  Bearer ${token} \t`, fits: undefined },
  bare: { write: (token: string) => token, fits: false },
  basic: { write: (token: string) => `Basic ${token}`, fits: false },
  twice: { write: (token: string) => `Bearer ${token} ${token}`, fits: false },
  longer: { write: (token: string) => `Bearer ${token}A`, fits: false },
  shorter: { write: (token: string) => `Bearer ${token.slice(0, -1)}`, fits: false },
  'of bytes': { write: () => 'Bearer \u00ff\u0080', fits: false },
  empty: { write: () => '', fits: false },
  none: { write: () => undefined, fits: false },
} as const;

/** What the body of a request may be said to be. */
const JSON_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'Application/JSON',
  'application/json;charset="UTF-8"',
];
const OTHER_TYPES = [
  'text/plain',
  'application/xml',
  'application/jsonx',
  'application/x-www-form-urlencoded',
  'json',
  '',
];
const BODY_TEXTS = [
  '',
  ' ',
  'null',
  '[]',
  '"x"',
  '5',
  'true',
  '{',
  '{"text":"a"',
  '{"text":"a",}',
  '{}{}',
  "{'a':1}",
  '{"a":01}',
  'NaN',
  '{"__proto__":{}}',
];
const BODY_BYTES = [[0xff], [0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d], [0xfe, 0xff, 0, 0x7b, 0, 0x7d], [0]];

/** How often each operation is called, where that is not as often as any. */
const WEIGHTS: Readonly<Record<string, number>> = {
  createSession: 4,
  createChat: 4,
  postMessage: 12,
  subscribe: 5,
  endSession: 1,
  closeChat: 1,
  listSessions: 2,
  listAllChats: 2,
  closeAnyChat: 1,
  endAnySession: 1,
  getHealth: 1,
  getReadiness: 1,
  getMetrics: 1,
};
const USUAL_WEIGHT = 3;

/** Plans of requests to every operation under these limits. */
export function httpPlans(limits: Limits): fc.Arbitrary<HttpPlan> {
  const all = Object.values(OPERATIONS).map((operation) => ({
    weight: WEIGHTS[operation.operationId] ?? USUAL_WEIGHT,
    arbitrary: fc.oneof(
      { weight: 4, arbitrary: cleanPlan(operation, limits) },
      { weight: 3, arbitrary: roughPlan(operation, limits) },
    ),
  }));
  return fc.oneof(...all);
}

/** A request in which all is well, unless the server is in no state for it. */
function cleanPlan(operation: Operation, limits: Limits): fc.Arbitrary<HttpPlan> {
  const { path, query, headers } = fieldsOf(operation, limits, 'fitting');
  return fc.record<HttpPlan>({
    ...always(operation),
    isHead: fc.constant(false),
    token: token(fc.constant('usual')),
    path,
    query,
    headers,
    body: membersBody(operation, limits, 'fitting'),
    contentType: fc.constant(operation.body === undefined ? undefined : 'application/json'),
    padding: fc.constant('none'),
  });
}

/** A request in which something is unusual or wrong. */
function roughPlan(operation: Operation, limits: Limits): fc.Arbitrary<HttpPlan> {
  const { path, query, headers } = fieldsOf(operation, limits, 'any');
  const forms = Object.keys(TOKEN_FORMS) as (keyof typeof TOKEN_FORMS)[];
  const mayBeHead =
    operation.method === 'GET' && operation.operationId !== 'subscribe' && operation.operationId !== 'listMessages';
  return fc.record<HttpPlan>({
    ...always(operation),
    isHead: mayBeHead ? fc.boolean() : fc.constant(false),
    token: token(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant('usual' as const) },
        { weight: 1, arbitrary: fc.constantFrom(...forms) },
      ),
    ),
    path,
    query,
    headers,
    body: fc.oneof(
      { weight: 4, arbitrary: membersBody(operation, limits, 'any') },
      { weight: 1, arbitrary: otherBody() },
    ),
    contentType: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...JSON_TYPES) },
      { weight: 1, arbitrary: fc.constantFrom(...OTHER_TYPES, undefined) },
    ),
    padding: fc.oneof(
      { weight: 40, arbitrary: fc.constant('none' as const) },
      { weight: 1, arbitrary: fc.constantFrom('body' as const, 'headers' as const) },
    ),
  });
}

function always(operation: Operation) {
  return { operationId: fc.constant(operation.operationId), isPercentEncoded: fc.boolean(), isChunked: fc.boolean() };
}

function token(form: fc.Arbitrary<keyof typeof TOKEN_FORMS>): fc.Arbitrary<TokenPlan> {
  const isAnyone = fc.integer({ min: 0, max: 9 }).map((luck) => luck === 9);
  return fc.record({ which: fc.nat(), isAnyone, form });
}

type Kind = 'fitting' | 'any';

function fieldsOf({ parameters }: Operation, limits: Limits, kind: Kind) {
  const within = (place: string): fc.Arbitrary<Field[]> => {
    const fields = parameters
      .filter((parameter) => parameter.in === place)
      .map(({ name, schema, required: isRequired = false }) => {
        const arbitrary = candidates(name, resolve(schema), limits)[kind];
        const written =
          place === 'path' ? arbitrary : arbitrary.map((candidate) => inText(resolve(schema), candidate, place));
        return field(name, written, isRequired);
      });
    return list(fields, kind === 'any' && place === 'query');
  };
  return { path: within('path'), query: within('query'), headers: within('header') };
}

/** Where everything is text, a value of a wrong type may look like one of the right type. */
function inText({ type }: Schema, { value, fits }: Candidate, place: string): Candidate {
  // A header without a value says nothing.
  if (place === 'header' && String(value) === '') return { value, fits: undefined };
  if (type === 'string' && typeof value !== 'string') return { value, fits: undefined };
  if (fits !== false || typeof value === 'number') return { value, fits };
  const text = String(value);
  if (type === 'boolean') return { value, fits: ['true', 'false'].includes(text) };
  return { value, fits: type === 'integer' && /^-?\d+$/.test(text) ? undefined : false };
}

function membersBody({ body }: Operation, limits: Limits, kind: Kind): fc.Arbitrary<BodyPlan | undefined> {
  if (body === undefined) return fc.constant(undefined);
  const fields = Object.entries(body.properties ?? {}).map(([name, schema]) =>
    field(name, candidates(name, resolve(schema), limits)[kind], body.required?.includes(name) === true),
  );
  const style = fc.record({ isSpaced: fc.boolean(), isEscaped: fc.boolean(), isExponential: fc.boolean() });
  const members = fc.record({ members: list(fields, kind === 'any'), style });
  return fc.oneof(
    { weight: 9, arbitrary: members },
    { weight: body.required === undefined ? 1 : 0, arbitrary: fc.constant(undefined) },
  );
}

function field(name: string, value: fc.Arbitrary<Candidate>, isRequired: boolean): fc.Arbitrary<Field[]> {
  const one = value.map((candidate): Field[] => [[name, candidate]]);
  return isRequired ? one : fc.oneof(one, fc.constant<Field[]>([]));
}

/** All fields; where they need not be right, sometimes one is missing, there twice, or not known. */
function list(fields: readonly fc.Arbitrary<Field[]>[], mayBeWrong: boolean): fc.Arbitrary<Field[]> {
  const all = fc.tuple(...fields).map((each) => each.flat());
  if (!mayBeWrong) return all;
  const unknown = fc
    .constantFrom('x', 'colour', '__proto__', 'constructor', 'page_size', 'chat_id', 'Text', '')
    .map((name): Field[] => [[name, { value: 'y', fits: false }]]);
  return fc.oneof(
    { weight: 6, arbitrary: all },
    { weight: 1, arbitrary: fc.tuple(all, unknown).map((each) => each.flat()) },
    { weight: 1, arbitrary: all.map((each) => [...each, ...each.slice(0, 1)]) },
    { weight: 1, arbitrary: all.map((each) => each.slice(1)) },
  );
}

function otherBody(): fc.Arbitrary<BodyPlan> {
  return fc.oneof(
    fc
      .constantFrom(...BODY_TEXTS)
      .map((text) => ({ bytes: Buffer.from(text), fits: text === '{}' || text === '' ? undefined : false })),
    fc.constantFrom(...BODY_BYTES).map((bytes) => ({ bytes: Uint8Array.from(bytes), fits: false })),
    fc.constant({ bytes: Buffer.from('\uFEFF{}'), fits: undefined }),
    fc.json().map((text) => ({ bytes: Buffer.from(text), fits: undefined })),
  );
}

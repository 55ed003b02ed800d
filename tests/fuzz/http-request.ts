/** Makes requests of plans: fills in what is known of the server by then, and says what must be thought of them. */

import { ADMIN_TOKEN } from '../support/admin-token.ts';
import { OPERATIONS } from '../support/openapi-document.ts';
import type { Attempt } from './exchange.ts';
import { lastSeqOf, type ChatFacts, type Facts, type SessionFacts } from './facts.ts';
import { TOKEN_FORMS, type Field, type HttpPlan, type TokenPlan } from './http-plan.ts';
import { writeMembers } from './json-style.ts';
import { Known, pick } from './known.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly isChunked: boolean;
}

/** A request, and how it was meant. */
export interface HttpRequest extends Omit<Attempt, 'describe'> {
  readonly wire: WireRequest;
  readonly isHead: boolean;
  readonly isTokenUnclear: boolean;
}

/** A field with its value. */
export interface ResolvedField {
  readonly name: string;
  readonly value: unknown;
  readonly fits: boolean | undefined;
}

const PADDING = 'x'.repeat(80_000);

/** Makes the request of a plan. */
export function httpRequest(facts: Facts, plan: HttpPlan): HttpRequest {
  const { operationId, token, isHead } = plan;
  const operation = OPERATIONS[operationId]!;
  const { header, ...caller } = chooseToken(facts, operationId, token);
  const { session } = caller;
  const path = resolveFields(facts, plan.path, { operationId, session, chat: undefined });
  const chat = facts.chats.get(String(path[0]?.value).toLowerCase());
  const resolveIn = (fields: readonly Field[]): ResolvedField[] =>
    resolveFields(facts, fields, { operationId, session, chat });
  const [query, headers] = [resolveIn(plan.query), resolveIn(plan.headers)];
  const members = plan.body !== undefined && 'members' in plan.body ? resolveIn(plan.body.members) : [];
  const request = Object.fromEntries(
    [...path, ...query, ...headers, ...members].map(({ name, value }) => [name, value]),
  );
  return {
    operation: operationId,
    request,
    fits: judged(plan, [...path, ...query, ...headers], members),
    ...caller,
    target: facts.sessionOf(request['userId']),
    chat,
    isHead,
    wire: {
      method: isHead ? 'HEAD' : operation.method,
      path: writeUrl(plan, path, query),
      headers: {
        ...(header !== undefined && { authorization: header }),
        ...Object.fromEntries(headers.map(({ name, value }) => [name, headerText(value)])),
        ...(plan.contentType !== undefined && plan.body !== undefined && { 'content-type': plan.contentType }),
        ...(plan.padding === 'headers' && { 'x-padding': PADDING.slice(0, 20_000) }),
      },
      body: writeBody(plan, members),
      isChunked: plan.isChunked,
    },
  };
}

/** Whose token is sent, and how; nobody's where the form is not understood. Now and then it is one that is no good there. */
export function chooseToken(facts: Facts, operationId: string, { which, isAnyone, form }: TokenPlan) {
  const isForOperator = OPERATIONS[operationId]!.security.some((scheme) => 'adminToken' in scheme);
  const isAdminToken = isForOperator ? which % 8 > 0 : which % 32 === 31;
  const session = pick(isAnyone ? facts.sessions : facts.liveSessions, which);
  const { write, fits } = TOKEN_FORMS[form];
  const header = write(isAdminToken ? ADMIN_TOKEN : (session?.token ?? 'veche_unknown'));
  return {
    session: fits === false || isAdminToken || isForOperator ? undefined : session,
    isOperator: fits !== false && isAdminToken,
    header,
    isTokenUnclear: fits === undefined,
  };
}

interface Context {
  readonly operationId: string;
  readonly session: SessionFacts | undefined;
  readonly chat: ChatFacts | undefined;
}

/** Fields with values in the place of what stands for them; those for which there is nothing yet are left out. */
export function resolveFields(facts: Facts, fields: readonly Field[], context: Context): ResolvedField[] {
  return fields.flatMap(([name, { value, fits }]) => {
    if (!(value instanceof Known)) return [{ name, value, fits }];
    const resolved = resolveKnown(facts, value, context);
    return resolved === undefined ? [] : [{ name, ...resolved }];
  });
}

/** What stands behind something known. Whether a token fits is left open, because its order may be given, too. */
function resolveKnown(
  facts: Facts,
  { kind, which }: Known,
  { operationId, session, chat }: Context,
): Omit<ResolvedField, 'name'> | undefined {
  const lastSeq = chat === undefined ? 0 : lastSeqOf(chat);
  if (kind === 'seq') return { value: which % (lastSeq + 1), fits: true };
  // Others may post meanwhile.
  if (kind === 'seq beyond') return { value: lastSeq + 1 + (which % 3), fits: undefined };
  if (kind === 'chat') {
    const id = (
      pick(which % 8 === 0 ? [...facts.chats.values()] : facts.openChats, which) ??
      pick([...facts.chats.values()], which)
    )?.id;
    return { value: id ?? '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70', fits: true };
  }
  if (kind === 'user') {
    const user = pick(which % 8 === 0 ? facts.sessions : facts.liveSessions, which);
    return { value: user?.userId ?? '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70', fits: true };
  }
  const operation = operationId === 'headMessages' ? 'listMessages' : operationId;
  const suitable = facts.pageTokens.filter(
    (token) =>
      kind === 'any page token' ||
      (token.operation === operation && token.userId === session?.userId && token.chatId === chat?.id),
  );
  const token = pick(suitable, which)?.token;
  return token === undefined ? undefined : { value: token, fits: undefined };
}

function judged(
  plan: HttpPlan,
  parameters: readonly ResolvedField[],
  members: readonly ResolvedField[],
): boolean | undefined {
  const { body } = plan;
  const operation = OPERATIONS[plan.operationId]!;
  const { required = [] } = operation.body ?? {};
  // A probe looks at nothing that it is sent.
  if (!('400' in operation.responses)) return undefined;
  const resumes = parameters.some(({ name }) => name === 'Last-Event-ID');
  // Then afterSeq says nothing, and need not be right.
  const verdicts = [...parameters, ...members].map(({ name, fits }) =>
    resumes && name === 'afterSeq' ? undefined : fits,
  );
  const hasTwice = (fields: readonly ResolvedField[]): boolean =>
    new Set(fields.map(({ name }) => name)).size < fields.length;
  if (hasTwice(parameters) || hasTwice(members)) verdicts.push(false);
  const isAbsent = (name: string): boolean => !parameters.some((parameter) => parameter.name === name);
  if (operation.parameters.some(({ name, required: isRequired }) => isRequired === true && isAbsent(name))) {
    verdicts.push(false);
  }
  if (body === undefined) {
    if (operation.body !== undefined && required.length > 0) verdicts.push(false);
  } else if ('bytes' in body) {
    // Where nothing is expected, whether anything is there is all that counts, and GET does not even look.
    const isIgnored = operation.body === undefined && operation.method !== 'DELETE';
    verdicts.push(isIgnored ? undefined : body.fits);
  } else if (required.some((name) => !members.some((member) => member.name === name))) {
    verdicts.push(false);
  }
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}

function writeBody({ body, padding }: HttpPlan, members: readonly ResolvedField[]): Uint8Array | undefined {
  if (body === undefined) return undefined;
  if ('bytes' in body) return body.bytes;
  const written = writeMembers(
    members.map(({ name, value }): [string, unknown] => [name, value]),
    body.style,
  );
  return Buffer.from(padding === 'body' ? written + ' '.repeat(PADDING.length) : written);
}

function writeUrl(
  { operationId, isPercentEncoded }: HttpPlan,
  path: readonly ResolvedField[],
  query: readonly ResolvedField[],
): string {
  const encode = isPercentEncoded ? percentEncoded : encodeText;
  const values = Object.fromEntries(path.map(({ name, value }) => [name, String(value)]));
  const written = OPERATIONS[operationId]!.path.replace(/\{(\w+)\}/g, (_, name: string) => encode(values[name] ?? ''));
  const search = query.map(({ name, value }) => `${encode(name)}=${encode(String(value))}`).join('&');
  return search === '' ? written : `${written}?${search}`;
}

/** What cannot be in a URL at all is replaced. */
function encodeText(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Also of what need not be. */
function percentEncoded(text: string): string {
  const bytes = [...Buffer.from(text.toWellFormed())];
  return bytes
    .map((byte, at) =>
      at % 2 === 0 || !/[\w-]/.test(String.fromCharCode(byte)) ? percent(byte) : String.fromCharCode(byte),
    )
    .join('');
}

function percent(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`;
}

/** What a header can hold. */
function headerText(value: unknown): string {
  return String(value).replace(/[^\x20-\x7e\u0080-\u00ff]/g, '?');
}

/** The request as a line for a shell. */
export function curl({ method, path, headers, body }: WireRequest, origin: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const escaped = body && `$'${Array.from(body.subarray(0, 2_000), (byte) => shellByte(byte)).join('')}'`;
  const data = escaped === undefined ? [] : ['--data-binary', escaped];
  return ['curl', '--path-as-is', '-i', '-X', method, ...lines, ...data, quoted(origin + path)].join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function shellByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[\w {}":,.-]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
}

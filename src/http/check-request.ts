/** Checks that a request is written as the contract says, and tells the fields that are from those that are not. */

import { isUtf8 } from 'node:buffer';
import { Ajv, type ErrorObject } from 'ajv';
import type { FieldViolation } from '../domain/errors.ts';
import { isNamed } from '../domain/fields.ts';
import type { Operation, Schema } from './contract.ts';
import { duplicateMembers } from './duplicate-members.ts';
import { toContractName } from './field-names.ts';

/** A request as it came. */
export interface ArrivedRequest {
  readonly path: Readonly<Record<string, string>>;
  /** A list where a parameter was given more than once. */
  readonly query: Fields;
  /** By lower-case name. */
  readonly headers: Fields;
  /** Absent or empty if there was none. */
  readonly body: Buffer | undefined;
}

/** A request whose values have the types of the contract. What was absent or could not be read is absent. */
export interface ReadableRequest {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Fields;
  readonly headers: Fields;
  readonly body: Fields;
}

/** A request that was looked through. */
export interface CheckedRequest {
  readonly readable: ReadableRequest;
  /** Every other field, or the request as a whole; normally empty. */
  readonly unreadable: readonly FieldViolation[];
}

type Fields = Readonly<Record<string, unknown>>;
type Schemas = Readonly<Record<string, Schema>>;

/** What a value of each type must be: said of one that is not. */
const MUST_BE: Readonly<Record<string, string>> = {
  string: 'must be a string',
  integer: 'must be a whole number',
  boolean: 'must be true or false',
};

/** How a value of each type is written where everything is text, and how it is read. */
const AS_TEXT: Readonly<Record<string, { readonly schema: object; readonly read: (text: string) => unknown }>> = {
  string: { schema: { minLength: 1, description: 'must not be empty' }, read: (text) => text },
  integer: { schema: { pattern: String.raw`^-?\d+$`, description: MUST_BE['integer'] }, read: Number },
  boolean: { schema: { pattern: '^(true|false)$', description: MUST_BE['boolean'] }, read: (text) => text === 'true' },
};

const NOTHING: readonly FieldViolation[] = [];
const NO_BODY_EXPECTED = wrongBody('must have no body');
const BODY_MISSING = wrongBody('must have a body: a JSON object');
const MALFORMED_BODY = wrongBody('must have a body that is valid JSON in UTF-8');
const NO_OBJECT = wrongBody('must have a body that is a JSON object');

const ajv = new Ajv({ allErrors: true, verbose: true });

type RequestCheck = (request: ArrivedRequest) => CheckedRequest;

/** A check takes milliseconds to make. */
const checks = new WeakMap<Operation, RequestCheck>();

/** The check for an operation. Limits and formats are left to the domain. */
export function requestCheck(operation: Operation): RequestCheck {
  const check = checks.get(operation) ?? makeCheck(operation);
  checks.set(operation, check);
  return check;
}

function makeCheck({ query, headers, body }: Operation): RequestCheck {
  const members = body?.schema.properties ?? {};
  const isWritten = ajv.compile<Record<string, Fields>>({
    type: 'object',
    properties: {
      query: membersSchema(query, textSchema),
      headers: membersSchema(headers, textSchema),
      body: { ...membersSchema(members, valueSchema), required: body?.schema.required ?? [] },
    },
  });

  return (request) => {
    const read = readBody(request.body, body);
    let parts = { query: request.query, headers: known(request.headers, headers), body: read.members };
    let unreadable = read.violations;
    // Apart from the check, which would make a large object of each: there can be as many as a body has room for.
    const unknown = [...unknownNames(parts.query, query), ...unknownNames(parts.body, members)];
    if (unknown.length > 0) {
      unreadable = [...unreadable, ...unknown.map(notKnown)];
      parts = { ...parts, query: only(parts.query, query), body: only(parts.body, members) };
    }
    if (!isWritten(parts)) {
      const errors = isWritten.errors ?? [];
      const others = errors.map(violation).filter(({ field }) => !isNamed(field, read.violations));
      unreadable = [...unreadable, ...others];
      parts = withoutFaults(parts, errors);
    }
    return {
      readable: {
        path: request.path,
        query: fromText(parts.query, query),
        headers: fromText(parts.headers, headers),
        body: parts.body,
      },
      unreadable,
    };
  };
}

function membersSchema(schemas: Schemas, write: (schema: Schema) => object): object {
  const properties = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, write(schema)]));
  return { type: 'object', properties };
}

function textSchema({ type = '' }: Schema): object {
  return { type: 'string', ...AS_TEXT[type]?.schema };
}

function valueSchema({ type = '' }: Schema): object {
  return { type, description: MUST_BE[type] };
}

/** Reads the members of a body: none of one that is wrong as a whole, and none that stands there twice. */
function readBody(
  bytes: Buffer | undefined,
  body: Operation['body'],
): { readonly members: Fields; readonly violations: readonly FieldViolation[] } {
  if (bytes === undefined || bytes.length === 0) {
    return { members: {}, violations: body?.isRequired === true ? BODY_MISSING : NOTHING };
  }
  if (body === undefined) return { members: {}, violations: NO_BODY_EXPECTED };
  const value = parseJson(bytes);
  if (value === undefined) return { members: {}, violations: MALFORMED_BODY };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { members: {}, violations: NO_OBJECT };
  const twice = duplicateMembers(bytes, Object.keys(value).length);
  if (twice.size === 0) return { members: value as Fields, violations: NOTHING };
  const once = Object.entries(value).filter(([name]) => !twice.has(name));
  return { members: Object.fromEntries(once), violations: [...twice].map(givenTwice) };
}

function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

function wrongBody(description: string): readonly FieldViolation[] {
  return [{ field: '', description }];
}

function givenTwice(name: string): FieldViolation {
  return { field: toContractName(name), description: 'must be given once' };
}

function unknownNames(fields: Fields, schemas: Schemas): readonly string[] {
  return Object.keys(fields).filter((name) => !Object.hasOwn(schemas, name));
}

function notKnown(name: string): FieldViolation {
  return { field: toContractName(name), description: 'is not known here' };
}

function only(fields: Fields, schemas: Schemas): Fields {
  const present = Object.keys(schemas).filter((name) => Object.hasOwn(fields, name));
  return Object.fromEntries(present.map((name) => [name, fields[name]]));
}

/** A request has many headers that are nobody's parameters. */
function known(headers: Fields, schemas: Schemas): Fields {
  const present: Record<string, unknown> = {};
  for (const name in schemas) {
    // A header without a value says nothing: clients send one like that before they have received an event.
    const value = headers[name.toLowerCase()] ?? '';
    if (value !== '') present[name] = value;
  }
  return present;
}

function violation(error: ErrorObject): FieldViolation {
  const name = faultyName(error);
  if (error.keyword === 'required') return { field: toContractName(name), description: 'is required' };
  if (Array.isArray(error.data) && !error.instancePath.startsWith('/body/')) return givenTwice(name);
  const { description } = error.parentSchema as { readonly description: string };
  return { field: toContractName(name), description };
}

/** The parameter or member that an error is about. */
function faultyName({ instancePath, params }: ErrorObject): string {
  const { missingProperty } = params as Readonly<Record<string, string | undefined>>;
  return missingProperty ?? instancePath.split('/')[2] ?? '';
}

function withoutFaults<P extends Readonly<Record<string, Fields>>>(parts: P, errors: readonly ErrorObject[]): P {
  const faulty = new Set(errors.map((error) => `${error.instancePath.split('/')[1]} ${faultyName(error)}`));
  const kept = Object.entries(parts).map(([part, fields]) => [
    part,
    Object.fromEntries(Object.entries(fields).filter(([name]) => !faulty.has(`${part} ${name}`))),
  ]);
  return Object.fromEntries(kept) as P;
}

function fromText(fields: Fields, schemas: Schemas): Fields {
  const read: Record<string, unknown> = {};
  for (const name in fields) read[name] = AS_TEXT[schemas[name]?.type ?? '']?.read(fields[name] as string);
  return read;
}

/** From the neutral words to requests of the HTTP contract, and back from its answers, by its schemas. */

import { resolve, schemaName, type Operation, type Schema } from '../support/openapi-document.ts';
import { WRONG_TYPE, type Fields } from './api.ts';

const DURATION = /^(\d+)(?:\.(\d{3}))?s$/;
/** Of every type, what is not of it, in JSON and where everything is text. */
const OTHERS: Readonly<Record<string, { readonly json: unknown; readonly text?: string }>> = {
  string: { json: 7 },
  integer: { json: '7', text: 'seven' },
  boolean: { json: 'yes', text: 'yes' },
};

/** The parts of a request. */
export interface HttpRequest {
  /** With the query. */
  readonly path: string;
  readonly body: Fields | undefined;
}

/** Puts every field where the operation has it. */
export function writeRequest({ operationId, path, parameters, body }: Operation, request: Fields): HttpRequest {
  let filledPath = path;
  const query = new URLSearchParams();
  const members: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(request)) {
    const parameter = parameters.find((one) => one.name === name);
    const member = body?.properties?.[name];
    if (value === undefined) continue;
    if (parameter?.in === 'path') filledPath = filledPath.replace(`{${name}}`, encodeURIComponent(value as string));
    else if (parameter?.in === 'query') query.set(name, writeText(parameter.schema, value));
    else if (member !== undefined) members[name] = writeJson(member, value);
    else throw new Error(`${operationId} has no field ${name}`);
  }
  return {
    path: query.size === 0 ? filledPath : `${filledPath}?${query.toString()}`,
    body: body === undefined ? undefined : members,
  };
}

/** What a value of an answer says. @throws if it is not as its schema has it. */
export function readValue(schema: Schema, value: unknown, at: string): unknown {
  const name = schemaName(schema);
  const { type, enum: names, items, const: only } = resolve(schema);
  if (type === 'array') {
    if (!Array.isArray(value)) throw new Error(`${at} is no list`);
    return value.map((item, index) => readValue(items!, item, `${at}[${index}]`));
  }
  if (type === 'object') return readObject(resolve(schema), value, at);
  if (typeof value !== (type === 'integer' ? 'number' : type)) throw new Error(`${at} is no ${type}`);
  if (names?.includes(value as string) === false) throw new Error(`${at} is ${String(value)}, none of ${names.join()}`);
  if (only !== undefined && value !== only) throw new Error(`${at} is not ${JSON.stringify(only)}`);
  if (name === 'Time') return readTime(schema, value as string, at);
  return name === 'Duration' ? readDuration(value as string, at) : value;
}

function readObject({ properties = {}, required = [] }: Schema, value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${at} is no object`);
  const missing = required.filter((name) => !(name in value));
  if (missing.length > 0) throw new Error(`${at} lacks ${missing.join()}`);
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
    const schema = properties[name];
    if (schema === undefined) throw new Error(`${at} has ${name}, which the contract does not have`);
    return [name, readValue(schema, member, `${at}.${name}`)];
  });
  return Object.fromEntries(members);
}

function writeText(schema: Schema, value: unknown): string {
  if (value !== WRONG_TYPE) return String(value);
  const { text } = OTHERS[resolve(schema).type ?? ''] ?? {};
  if (text === undefined) throw new Error('every text is a string');
  return text;
}

function writeJson(schema: Schema, value: unknown): unknown {
  if (value === WRONG_TYPE) return OTHERS[resolve(schema).type ?? '']?.json;
  return schemaName(schema) === 'Duration' ? `${(value as number) / 1000}s` : value;
}

function readTime(schema: Schema, text: string, at: string): number {
  if (!new RegExp(String(resolve(schema)['pattern'])).test(text)) throw new Error(`${at} is no time: ${text}`);
  return Date.parse(text);
}

function readDuration(text: string, at: string): number {
  const [, seconds, fraction = '0'] = DURATION.exec(text) ?? [];
  if (seconds === undefined) throw new Error(`${at} is no duration: ${text}`);
  return Number(seconds) * 1000 + Number(fraction);
}

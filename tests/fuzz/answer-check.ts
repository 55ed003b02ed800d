/** Holds answers against the document: their status, their headers, and every member of their bodies. */

import { STATUS_CODES, type IncomingHttpHeaders } from 'node:http';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { OPERATIONS, problems, resolve, SCHEMAS, type Operation, type Schema } from '../support/openapi-document.ts';
import type { Json } from './exchange.ts';

/** What an answer is. */
interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Header {
  readonly required?: boolean;
  readonly schema: Schema;
}

/** What the protocol refuses, whatever the operation; the document says so of all paths. */
const PROTOCOL_STATUS: Readonly<Record<string, number>> = { ROUTE_NOT_FOUND: 404, METHOD_NOT_ALLOWED: 405 };
const NEVER = new Set([500, 501]);

const ajv = new Ajv2020({ allErrors: true, strict: false });
ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
ajv.addFormat('date-time', (text: string) => new Date(text).toISOString() === text);
ajv.addFormat('uri', (text: string) => URL.canParse(text));

const validators = new Map<Schema, ValidateFunction>();
const PROBLEM = strict(SCHEMAS['Problem']!);

/** What is wrong with the answer of an operation, by the document; undefined if nothing is. */
export function wrongWithAnswer(operation: Operation, answer: Answer, isHead: boolean): string | undefined {
  const { status, headers, body } = answer;
  if (NEVER.has(status)) return `status ${status}`;
  const response = operation.responses[status];
  if (response === undefined) return `status ${status} is not one of ${operation.operationId}`;
  const faults = wrongHeaders((response.headers ?? {}) as Readonly<Record<string, Header>>, headers);
  if (faults !== undefined) return faults;
  const hasNoBody = isHead || operation.method === 'HEAD' || response.content === undefined;
  if (hasNoBody) return body.length === 0 ? undefined : 'a body where there must be none';
  const type = headers['content-type'] ?? '';
  const content = response.content?.[type];
  if (content === undefined) return `content-type ${type}`;
  if (type === 'text/event-stream') return undefined;
  if (type.startsWith('text/plain')) return wrongWithValue(content.schema, body.toString());
  const value = parsed(body);
  if (value === undefined) return 'a body that is no JSON';
  if (type === 'application/json') return wrongWithValue(content.schema, value);
  const codes = problems(operation)
    .filter((problem) => problem.status === status)
    .map(({ code }) => code);
  return wrongWithProblem(value, status, codes);
}

/** What is wrong with an answer to a request that reaches no operation. */
export function wrongWithUnrouted(
  code: string,
  { status, headers, body }: Answer,
  isHead: boolean,
): string | undefined {
  if (status !== PROTOCOL_STATUS[code]) return `status ${status} instead of ${code}`;
  if (headers['cache-control'] !== 'no-store') return `cache-control ${headers['cache-control']}`;
  if (isHead) return body.length === 0 ? undefined : 'a body where there must be none';
  if (headers['content-type'] !== 'application/problem+json') return `content-type ${headers['content-type']}`;
  return wrongWithProblem(parsed(body), status, [code]);
}

/** What is wrong with a problem. */
export function wrongWithProblem(value: unknown, status: number, codes: readonly string[]): string | undefined {
  const fault = wrongWithValue(PROBLEM, value);
  if (fault !== undefined) return fault;
  const problem = value as {
    readonly status: number;
    readonly code: string;
    readonly title: string;
    readonly errors: readonly object[];
  };
  if (problem.status !== status) return `the problem has status ${problem.status}, the answer ${status}`;
  if (problem.title !== STATUS_CODES[status]) return `title ${problem.title}`;
  if (!codes.includes(problem.code))
    return `code ${problem.code} with ${status}, where the document has ${codes.join(', ') || 'none'}`;
  const hasFields = problem.code === 'INVALID_ARGUMENT';
  return problem.errors.length > 0 === hasFields
    ? undefined
    : `${problem.errors.length} bad fields with ${problem.code}`;
}

/** What is wrong with a value; a member that the schema does not name is. */
export function wrongWithValue(schema: Schema, value: unknown): string | undefined {
  let validate = validators.get(schema);
  if (validate === undefined) validators.set(schema, (validate = ajv.compile(strict(schema))));
  return validate(value) ? undefined : `${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`;
}

/** What is wrong with the data of an event of a stream. */
export function wrongWithEvent(type: string, data: unknown): string | undefined {
  const events = OPERATIONS['subscribe']!.responses['200']?.content?.['text/event-stream']?.['x-events'] ?? {};
  const name = events[type]?.split('/').at(-1) ?? '';
  const schema = SCHEMAS[name];
  return schema === undefined ? `there is no event ${type}` : wrongWithValue(schema, data);
}

function wrongHeaders(declared: Readonly<Record<string, Header>>, headers: IncomingHttpHeaders): string | undefined {
  for (const [name, header] of Object.entries(declared)) {
    const { required = false, schema } = resolve(header);
    const value = headers[name.toLowerCase()];
    if (value === undefined && required) return `no header ${name}`;
    const isOther = 'const' in schema && value !== schema['const'];
    if (value !== undefined && isOther) return `header ${name}: ${String(value)}`;
  }
  return undefined;
}

/** A schema with its references resolved, which knows no member that it does not name. */
function strict(schema: Schema): Schema {
  const { $ref: _, ...resolved } = resolve(schema);
  const { properties, items, anyOf } = resolved as Schema & { readonly anyOf?: readonly Schema[] };
  return {
    ...resolved,
    ...(properties !== undefined && {
      additionalProperties: false,
      properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, strict(property)])),
    }),
    ...(items !== undefined && { items: strict(items) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(strict) }),
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** The members of an answer, if it has any. */
export function membersOf(body: Buffer): Json | undefined {
  const value = parsed(body);
  return typeof value === 'object' && value !== null ? (value as Json) : undefined;
}

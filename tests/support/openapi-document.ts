/** The contract of the HTTP API as tests look at it: operations and schemas with their references resolved. */

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  /** Limits and the like. */
  readonly [keyword: string]: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

interface Example {
  readonly value: unknown;
}

interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, Example>>;
}

interface Response {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, Content & { readonly 'x-events'?: Readonly<Record<string, string>> }>>;
}

/** One operation, whatever the document says of its path included. */
export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly description: string;
  readonly security: readonly object[];
  readonly parameters: readonly Parameter[];
  /** Of a JSON request. */
  readonly body: Schema | undefined;
  /** By status. */
  readonly responses: Readonly<Record<string, Response>>;
}

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly example: unknown;
}

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace'];

type Json = Readonly<Record<string, unknown>>;

const DOCUMENT = parse(readFileSync(new URL('../../contracts/openapi.yaml', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, Json>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

/** Every schema that has a name. */
export const SCHEMAS = DOCUMENT.components.schemas;

/** Every operation by its id. */
export const OPERATIONS: Readonly<Record<string, Operation>> = Object.fromEntries(
  Object.entries(DOCUMENT.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => {
      const operation = readOperation(path, method, item);
      return [operation.operationId, operation];
    }),
  ),
);

/** What a reference stands for, together with what stands beside it. */
export function resolve<T extends object>(value: T): T {
  const { $ref, ...beside } = value as T & { readonly $ref?: string };
  if ($ref === undefined) return value;
  const keys = $ref.split('/').slice(1);
  const target = keys.reduce<unknown>((at, key) => (at as Json)[key], DOCUMENT) as T;
  return { ...resolve(target), ...beside };
}

/** The name of a schema that is referred to. */
export function schemaName({ $ref }: Schema): string | undefined {
  return $ref?.split('/').at(-1);
}

/** The fields of an operation's request: the parameters of path and query and the members of the body. */
export function requestFields({ parameters, body }: Operation): Readonly<Record<string, Schema>> {
  const named = parameters.filter((parameter) => parameter.in !== 'header');
  const fields = named.map(({ name, schema, description }): [string, Schema] => [name, { ...schema, description }]);
  return { ...Object.fromEntries(fields), ...body?.properties };
}

/** The schema of what an operation answers when all is well; absent if that has no JSON. */
export function responseSchema({ responses }: Operation): Schema | undefined {
  return (responses['200'] ?? responses['201'])?.content?.['application/json']?.schema;
}

/** What an operation may be refused with: the example of each problem, under its name. */
export function problems({ responses }: Operation): readonly Problem[] {
  return Object.entries(responses).flatMap(([status, { content }]) =>
    Object.entries(content?.['application/problem+json']?.examples ?? {}).map(([code, example]) => ({
      status: Number(status),
      code,
      example: resolve(example).value,
    })),
  );
}

function readOperation(path: string, method: string, item: Json): Operation {
  const { requestBody, ...operation } = item[method] as Json & Operation;
  const ofPath = (item['parameters'] ?? []) as readonly Parameter[];
  const body = (requestBody as { readonly content: Readonly<Record<string, Content>> } | undefined)?.content;
  return {
    ...operation,
    method: method.toUpperCase(),
    path,
    parameters: [...ofPath, ...(operation.parameters ?? [])].map(resolve),
    body: body?.['application/json']?.schema,
    responses: Object.fromEntries(Object.entries(operation.responses).map(([status, r]) => [status, resolve(r)])),
  };
}

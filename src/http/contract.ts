/** The HTTP contract as the server reads it at its start: every operation of `contracts/openapi.yaml`. */

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What a schema says about a value's structure. Limits and formats are the domain's to judge. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
}

/** The JSON body of a request. */
interface RequestBody {
  readonly isRequired: boolean;
  readonly schema: Schema;
}

/** The name of an HTTP method, in capitals. */
export type HttpMethod = Uppercase<(typeof METHODS)[number]>;

/** One operation. */
export interface Operation {
  readonly operationId: string;
  readonly method: HttpMethod;
  /** As in the document: `/v1/chats/{chatId}`. */
  readonly path: string;
  readonly needsSession: boolean;
  /** The schemas of the parameters by name. */
  readonly query: Readonly<Record<string, Schema>>;
  readonly headers: Readonly<Record<string, Schema>>;
  readonly body: RequestBody | undefined;
}

interface PathItem extends Readonly<Record<string, unknown>> {
  readonly parameters?: readonly Parameter[];
}

interface OperationObject {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: { readonly 'application/json': { readonly schema: Schema } };
  };
}

const DOCUMENT_URL = new URL('../../contracts/openapi.yaml', import.meta.url);
const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace'] as const;
const SESSION_SCHEME = 'sessionToken';

/** Reads all operations. @throws if one asks for a security that nothing checks. */
export function readContract(): readonly Operation[] {
  const document = parse(readFileSync(DOCUMENT_URL, 'utf8')) as { readonly paths: Readonly<Record<string, PathItem>> };

  function resolve<T extends object>(value: T): T {
    const { $ref, ...beside } = value as T & { readonly $ref?: string };
    if ($ref === undefined) return value;
    const keys = $ref.split('/').slice(1);
    const target = keys.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>>)[key], document) as T;
    return { ...resolve(target), ...beside };
  }

  function schemasIn(place: Parameter['in'], parameters: readonly Parameter[]): Readonly<Record<string, Schema>> {
    const found = parameters.filter((parameter) => parameter.in === place);
    return Object.fromEntries(found.map(({ name, schema }) => [name, resolve(schema)]));
  }

  function readBody({ requestBody }: OperationObject): RequestBody | undefined {
    if (requestBody === undefined) return undefined;
    const { properties = {}, ...schema } = resolve(requestBody.content['application/json'].schema);
    const resolved = Object.entries(properties).map(([name, property]) => [name, resolve(property)]);
    return {
      isRequired: requestBody.required === true,
      schema: { ...schema, properties: Object.fromEntries(resolved) as Readonly<Record<string, Schema>> },
    };
  }

  function readOperation(path: string, method: (typeof METHODS)[number], item: PathItem): Operation {
    const operation = item[method] as OperationObject;
    const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
    return {
      operationId: operation.operationId,
      method: method.toUpperCase() as HttpMethod,
      path,
      needsSession: needsSession(operation),
      query: schemasIn('query', parameters),
      headers: schemasIn('header', parameters),
      body: readBody(operation),
    };
  }

  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => readOperation(path, method, item)),
  );
}

function needsSession({ operationId, security }: OperationObject): boolean {
  const schemes = security.flatMap((requirement) => Object.keys(requirement));
  if (schemes.some((scheme) => scheme !== SESSION_SCHEME)) {
    throw new Error(`${operationId} asks for ${schemes.join(', ')}, of which only ${SESSION_SCHEME} is checked`);
  }
  return schemes.length > 0;
}

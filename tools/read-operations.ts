/** Every operation of an OpenAPI document as the server needs it: references resolved, and nothing that only people read. */

import type { HttpMethod, Operation, Schema } from '../src/http/contract.ts';

/** The document, as far as it is looked at. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, PathItem>>;
}

interface PathItem extends Readonly<Record<string, unknown>> {
  readonly parameters?: readonly Parameter[];
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
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

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace'] as const;
/** Who an operation is for, by the token it asks for. */
const CALLERS: Readonly<Record<string, Operation['calledBy']>> = { sessionToken: 'session', adminToken: 'operator' };

/** Reads all operations. @throws if one asks for a security that nothing checks. */
export function readOperations(document: OpenApiDocument): readonly Operation[] {
  function resolve<T extends object>(value: T): T {
    const { $ref, ...beside } = value as T & { readonly $ref?: string };
    if ($ref === undefined) return value;
    const keys = $ref.split('/').slice(1);
    const target = keys.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>>)[key], document) as T;
    return { ...resolve(target), ...beside };
  }

  /** What the server looks at of a schema. */
  function structureOf(schema: Schema): Schema {
    const { type, properties, required } = resolve(schema);
    return {
      ...(type !== undefined && { type }),
      ...(properties !== undefined && { properties: structuresOf(Object.entries(properties)) }),
      ...(required !== undefined && { required }),
    };
  }

  function structuresOf(schemas: readonly (readonly [string, Schema])[]): Readonly<Record<string, Schema>> {
    return Object.fromEntries(schemas.map(([name, schema]) => [name, structureOf(schema)]));
  }

  function readOperation(path: string, method: (typeof METHODS)[number], item: PathItem): Operation {
    const operation = item[method] as OperationObject;
    const { operationId, requestBody } = operation;
    const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
    const schemasIn = (place: Parameter['in']): Readonly<Record<string, Schema>> =>
      structuresOf(parameters.filter((parameter) => parameter.in === place).map(({ name, schema }) => [name, schema]));
    return {
      operationId,
      method: method.toUpperCase() as HttpMethod,
      path,
      calledBy: calledBy(operation),
      query: schemasIn('query'),
      headers: schemasIn('header'),
      ...(requestBody !== undefined && {
        body: {
          isRequired: requestBody.required === true,
          schema: structureOf(requestBody.content['application/json'].schema),
        },
      }),
    };
  }

  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => readOperation(path, method, item)),
  );
}

function calledBy({ operationId, security }: OperationObject): Operation['calledBy'] {
  const schemes = security.flatMap((requirement) => Object.keys(requirement));
  const [caller = 'anybody', ...others] = schemes.map((scheme) => CALLERS[scheme]);
  if (others.length > 0 || schemes.some((scheme) => !Object.hasOwn(CALLERS, scheme))) {
    throw new Error(
      `${operationId} asks for ${schemes.join(', ')}, which is not one of ${Object.keys(CALLERS).join(', ')}`,
    );
  }
  return caller;
}

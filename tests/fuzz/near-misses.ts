/** Requests that nearly reach an operation, and what of the document they reach. */

import fc from 'fast-check';
import { OPERATIONS, type Operation } from '../support/openapi-document.ts';

/** A method and a path that was changed a little. */
export interface NearMiss {
  readonly method: string;
  readonly path: string;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'M-SEARCH'];
const UUID = '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70';
const ALL = Object.values(OPERATIONS);

const changes: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `${path}/`,
  (path) => `${path}?`,
  (path) => `${path}?x=%zz&&=&y`,
  (path) => path.slice(0, -1),
  (path) => path.toUpperCase(),
  (path) => path.replace('/v1', '/v2'),
  (path) => path.replace('/v1', '/v1/'),
  (path) => path.replace('/v1/', '/v1/./'),
  (path) => path.replace('/v1/', '/v1/x/../'),
  (path) => path.replace('/v1/', '/v1/%2e%2e/'),
  (path) => path.replace(/[a-z]$/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (path) => path.replace('/v1/', '/v1%2f'),
  (path) => `${path}%`,
  (path) => `${path}%zz`,
  (path) => `${path}%ff`,
  (path) => `${path}%00`,
  (path) => `${path};x=1`,
  (path) => `${path}/${path}`,
];

/** Paths of the document, whole or changed, with any method. */
export const nearMisses: fc.Arbitrary<NearMiss> = fc.record({
  method: fc.constantFrom(...METHODS),
  path: fc
    .tuple(fc.constantFrom(...ALL), fc.constantFrom(UUID, 'x', ''), fc.constantFrom(...changes))
    .map(([operation, id, change]) => change(operation.path.replace(/\{\w+\}/, id))),
});

/** What a request reaches. */
export type Reached = Operation | 'ROUTE_NOT_FOUND' | { readonly allow: readonly string[] };

/** What a request reaches by the document; undefined where a segment is empty, which the document does not speak of. */
export function reached({ method, path }: NearMiss): Reached | undefined {
  const segments = segmentsOf(path);
  if (segments === undefined) return 'ROUTE_NOT_FOUND';
  const found = ALL.filter((operation) => isPathOf(operation, segments));
  if (found.length === 0) return 'ROUTE_NOT_FOUND';
  if (segments.slice(1).includes('')) return undefined;
  const exact = found.find((operation) => operation.method === method);
  if (exact !== undefined) return exact;
  const allow = found.flatMap((operation) => allowedBy(operation));
  const answering =
    method === 'HEAD' && allow.includes('HEAD') ? found.find((operation) => operation.method === 'GET') : undefined;
  return answering ?? { allow: [...new Set(allow)] };
}

function allowedBy({ method, operationId }: Operation): readonly string[] {
  return method === 'GET' && operationId !== 'subscribe' ? ['GET', 'HEAD'] : [method];
}

function segmentsOf(path: string): readonly string[] | undefined {
  try {
    return (path.split('?')[0] ?? '').split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function isPathOf({ path }: Operation, segments: readonly string[]): boolean {
  const template = path.split('/');
  return (
    template.length === segments.length && template.every((part, at) => part.startsWith('{') || part === segments[at])
  );
}

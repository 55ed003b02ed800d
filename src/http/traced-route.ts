/** What traces say of an operation of the HTTP API. */

import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorCode } from '../domain/errors.ts';
import type { CallTracer, ReadHeader, TraceAttributes } from '../service/call-tracer.ts';
import type { Method } from '../service/calls.ts';
import type { Operation } from './contract.ts';
import { HTTP_STATUSES } from './problem.ts';
import type { AnyAnswer } from './replies.ts';

/** Runs one call of a route as a span. @param httpMethod as in the request, which may be HEAD for GET */
export type TraceRoute = <T>(httpMethod: string, header: ReadHeader, run: () => Promise<T>) => Promise<T>;

/** Spans are named like the route, and never hold a path with ids: `POST /v1/chats/{chatId}/messages`. */
export function tracedRoute(tracer: CallTracer, { method: own, path }: Operation, method: Method): TraceRoute {
  const traceAs = (httpMethod: string) =>
    tracer.operation({
      name: `${httpMethod} ${path}`,
      method,
      attributes: { 'http.request.method': httpMethod, 'http.route': path },
      answered: statusOf,
    });
  const trace = traceAs(own);
  const traceHead = traceAs('HEAD');
  return (httpMethod, header, run) => (httpMethod === 'HEAD' ? traceHead : trace)(header, run);
}

function statusOf(answer: unknown, refusal: ErrorCode | undefined): TraceAttributes {
  // A stream that has begun has no other answer.
  const status = refusal === undefined ? ((answer as AnyAnswer | undefined)?.status ?? 200) : HTTP_STATUSES[refusal];
  return { 'http.response.status_code': status };
}

/** The headers of a request. Node joins those that come twice, which makes them unreadable. */
export function headersOf(headers: IncomingHttpHeaders): ReadHeader {
  return (name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
}

/** Spans of what a storage asks of its server, within those for whom it asks. */

import { ROOT_CONTEXT, SpanKind, trace, type Attributes, type Span, type Tracer } from '@opentelemetry/api';
import type { StorageTracer, TracedRequest } from '../../storage/storage-tracer.ts';
import { traceScopes } from '../trace-scope.ts';
import { describeFailure } from './failures.ts';
import { currentSpans, SharedScope, withinSpan, type Outcome } from './scopes.ts';

/** Makes spans of requests. */
export function requestSpans(tracer: Tracer): StorageTracer {
  return {
    here: () => currentSpans()[0],
    together(places, run) {
      const spans = places.filter((place) => place !== undefined) as readonly Span[];
      return traceScopes.run(new SharedScope(spans, places.length), run);
    },
    request(request, run) {
      const [first, ...others] = currentSpans();
      return first === undefined ? run() : withinSpan(startSpan(tracer, request, first, others), run, describeRequest);
    },
  };
}

function startSpan(tracer: Tracer, request: TracedRequest, first: Span, others: readonly Span[]): Span {
  const { operation, procedure } = request;
  const name = procedure === undefined ? operation : `${operation} ${procedure}`;
  const links = others.map((other) => ({ context: other.spanContext() }));
  const options = { kind: SpanKind.CLIENT, attributes: attributesOf(request), links };
  const span = tracer.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, first));
  for (const other of others) other.addLink({ context: span.spanContext() });
  return span;
}

function attributesOf({ system, operation, procedure }: TracedRequest): Attributes {
  const scope = traceScopes.getStore();
  return {
    'db.system.name': system,
    'db.operation.name': operation,
    ...(procedure !== undefined && { 'db.stored_procedure.name': procedure }),
    // One is no batch to the conventions.
    ...(scope instanceof SharedScope && scope.size > 1 && { 'db.operation.batch.size': scope.size }),
  };
}

function describeRequest(span: Span, outcome: Outcome<unknown>): void {
  if ('error' in outcome) describeFailure(span, outcome.error);
}

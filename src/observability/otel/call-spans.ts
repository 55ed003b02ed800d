/** One span for each call, of the kind that servers make. */

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, type Span, type TextMapGetter, type Tracer } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { Refusal, type ErrorCode } from '../../domain/errors.ts';
import type { CallTracer, ReadHeader, TracedOperation } from '../../service/call-tracer.ts';
import { withinSpan, type Outcome } from './scopes.ts';

const HEADERS: TextMapGetter<ReadHeader> = {
  get: (header, name) => header(name),
  keys: () => [],
};

/** The refusals that are failures of the server; all others are right answers to wrong calls. */
const FAILURES: ReadonlySet<ErrorCode> = new Set([
  'SHUTTING_DOWN',
  'STORAGE_FULL',
  'STORAGE_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
]);

/** Makes spans of calls. */
export function callSpans(tracer: Tracer): CallTracer {
  const propagator = new W3CTraceContextPropagator();
  return {
    operation({ name, method, attributes, answered }) {
      const options = { kind: SpanKind.SERVER, attributes: { ...attributes, 'veche.method': method } };
      const describe = (span: Span, outcome: Outcome<unknown>): void => describeCall(span, outcome, answered);
      return (header, run) => {
        const parent = propagator.extract(ROOT_CONTEXT, header, HEADERS);
        return withinSpan(tracer.startSpan(name, options, parent), run, describe);
      };
    },
  };
}

function describeCall(span: Span, outcome: Outcome<unknown>, answered: TracedOperation['answered']): void {
  const answer = 'answer' in outcome ? outcome.answer : undefined;
  // An API makes a refusal of every failure; were there another, that it was one is all that is for the trace.
  const refusal = 'error' in outcome ? 'INTERNAL' : answer instanceof Refusal ? answer.code : undefined;
  span.setAttributes({ ...answered(answer, refusal), 'veche.code': refusal ?? 'OK' });
  if (refusal === undefined || !FAILURES.has(refusal)) return;
  span.setAttribute('error.type', refusal).setStatus({ code: SpanStatusCode.ERROR });
}

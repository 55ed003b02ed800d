/** The scopes of OpenTelemetry's spans. */

import type { Span } from '@opentelemetry/api';
import type { TraceIds, TraceScope } from '../trace-scope.ts';
import { traceScopes } from '../trace-scope.ts';

/** Work within one span, which need not be recorded. */
class SpanScope implements TraceScope {
  readonly span: Span;
  #isOver = false;

  constructor(span: Span) {
    this.span = span;
  }

  get ids(): TraceIds | undefined {
    if (this.#isOver) return undefined;
    const { traceId, spanId } = this.span.spanContext();
    return { trace_id: traceId, span_id: spanId };
  }

  end(): void {
    this.#isOver = true;
    this.span.end();
  }
}

/** Work for several callers at once. */
export class SharedScope implements TraceScope {
  readonly ids = undefined;
  /** Of the callers that are recorded. */
  readonly spans: readonly Span[];
  /** How many they are, those included that nobody records. */
  readonly size: number;

  constructor(spans: readonly Span[], size: number) {
    this.spans = spans;
    this.size = size;
  }
}

/** The spans for which the code that runs does what it does: those that are recorded and not over. */
export function currentSpans(): readonly Span[] {
  const scope = traceScopes.getStore();
  const spans = scope instanceof SpanScope ? [scope.span] : scope instanceof SharedScope ? scope.spans : [];
  return spans.filter((span) => span.isRecording());
}

/** Runs work within a span, and ends it. @param describe tells the span what it came to. @throws what `run` throws */
export function withinSpan<T>(span: Span, run: () => Promise<T>, describe: (span: Span, outcome: Outcome<T>) => void) {
  const scope = new SpanScope(span);
  return traceScopes.run(scope, async (): Promise<T> => {
    try {
      const answer = await run();
      describe(span, { answer });
      return answer;
    } catch (error) {
      describe(span, { error });
      throw error;
    } finally {
      scope.end();
    }
  });
}

/** What work came to. */
export type Outcome<T> = { readonly answer: T } | { readonly error: unknown };

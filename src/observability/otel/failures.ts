/** What a span says of a failure: which, never in the words of the failure, which may hold what it was about. */

import { SpanStatusCode, type Span } from '@opentelemetry/api';

/** SQLSTATE, ECONNREFUSED, ERR_…: words of closed lists. */
const CODE = /^[A-Z0-9_]{2,40}$/;
/** What Redis begins its refusals with: NOSCRIPT, OOM, ERR. */
const REPLY_CODE = /^[A-Z]{2,20}(?= )/;

/** Marks a span as failed. */
export function describeFailure(span: Span, error: unknown): void {
  span.setAttribute('error.type', failureName(error)).setStatus({ code: SpanStatusCode.ERROR });
}

function failureName(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && CODE.test(code)) return code;
  return REPLY_CODE.exec(error.message)?.[0] ?? error.name;
}

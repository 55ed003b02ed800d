/** Where in a trace the code that runs is: what log lines say of it. */

import { AsyncLocalStorage } from 'node:async_hooks';

/** As OpenTelemetry wants them named in logs. */
export interface TraceIds {
  readonly trace_id: string;
  readonly span_id: string;
}

/** A stretch of work that is traced. */
export interface TraceScope {
  /** Undefined once it is over: what goes on then, such as a stream, is another matter. */
  readonly ids: TraceIds | undefined;
}

/** Scopes follow the code over everything that it waits for. */
export const traceScopes = new AsyncLocalStorage<TraceScope | undefined>();

/** The fields that a log line gets; none outside of traced calls. */
export function traceFields(): object {
  return { ...traceScopes.getStore()?.ids };
}

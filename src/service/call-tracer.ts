/** What an API tells whoever traces: each call of an operation, and what it came to, never what was asked or by whom. */

import type { ErrorCode } from '../domain/errors.ts';
import type { Method } from './calls.ts';

/** Facts for machines, under the names of OpenTelemetry's semantic conventions. */
export type TraceAttributes = Readonly<Record<string, string | number>>;

/** What is known of an operation before it is called. */
export interface TracedOperation {
  /** Of its spans: one of few, so no id may be in it. */
  readonly name: string;
  readonly method: Method;
  readonly attributes: TraceAttributes;
  /** What an answer is on the wire, or a refusal in its place. */
  readonly answered: (answer: unknown, refusal: ErrorCode | undefined) => TraceAttributes;
}

/** Reads a header of the request by its name in lower case; undefined if it is not there exactly once. */
export type ReadHeader = (name: string) => string | undefined;

/** Runs one call of an operation as a span, in the trace that its headers name, if they do. @throws what `run` throws */
export type TraceCall = <T>(header: ReadHeader, run: () => Promise<T>) => Promise<T>;

/** Makes spans of calls. A stream is a call until it has begun. */
export interface CallTracer {
  operation(operation: TracedOperation): TraceCall;
}

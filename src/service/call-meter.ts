/** What is told of every call, for whoever counts. */

import type { ErrorCode } from '../domain/errors.ts';
import type { Api, Call } from './calls.ts';

/** What a call came to. CANCELLED: its caller had gone before there was an answer. */
export type CallOutcome = 'OK' | ErrorCode | 'CANCELLED';

/** It is told on the hot path of every call: it must be cheap, and must not throw. */
export interface CallMeter {
  /**
   * A call has its answer, once.
   * @param durationMs since it came to the service; of a stream, until it has begun or was refused.
   * @param mayWait whether it asked to wait for something: how long it took says nothing of the server then.
   */
  answered(call: Call, outcome: CallOutcome, durationMs: number, mayWait: boolean): void;
  /** A call has been refused for what happened outside of its use-case; it may have had an answer that could not be sent. */
  refused(api: Api, code: ErrorCode): void;
}

/** Counts nothing. */
export const NO_CALL_METER: CallMeter = { answered: () => {}, refused: () => {} };

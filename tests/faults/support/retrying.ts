/** What a client does about a failure: it tries again where that may help. */

import { GrpcError } from '../../support/grpc-error.ts';

/** Refusals that a client answers by asking again, perhaps elsewhere. */
const PASSING = new Set(['STORAGE_UNAVAILABLE', 'SHUTTING_DOWN', 'DEADLINE_EXCEEDED']);
/** Between two attempts, as a well-behaved client leaves. */
const PAUSE_MS = 20;

/** Whether to try again: also after a broken connection, whose failures have no name of ours. @throws anything else. */
export function isPassing(error: unknown): error is GrpcError {
  if (error instanceof GrpcError && (error.reason === undefined || PASSING.has(error.reason))) return true;
  throw error;
}

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

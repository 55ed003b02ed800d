/** Traces, if somebody wants them: until then nothing of OpenTelemetry is loaded. */

import type { Config } from '../config/config.ts';
import type { CallTracer } from '../service/call-tracer.ts';
import type { Log } from '../service/log.ts';
import type { StorageTracer } from '../storage/storage-tracer.ts';
import type { Storage } from '../storage/storage.ts';

/** Traces of one server. */
export interface Tracing {
  /** For the APIs. */
  readonly calls: CallTracer;
  /** For what a storage asks of its server. */
  readonly requests: StorageTracer;
  /** The same storage, its operations traced. */
  traced(storage: Storage): Storage;
  /** Sends what is not sent yet, for a part of `remainingMs` at most. What cannot be sent is lost: it never throws. */
  close(remainingMs: number): Promise<void>;
}

/** Loads and opens tracing where there is an endpoint to send traces to. */
export async function openTracing({ tracing, storage }: Config, log: Log): Promise<Tracing | undefined> {
  if (tracing === undefined) return undefined;
  const { startTracing } = await import('./otel/start-tracing.ts');
  return startTracing({ ...tracing, storage, log });
}

/** An exporter whose failures are told now and then, not batch by batch. */

import { ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Log } from '../../service/log.ts';

/** Between two lines on the same trouble. */
const SILENCE_MS = 60_000;

/** An exporter, and what is lost before it gets it. */
export interface WatchedExporter extends SpanExporter {
  /** Notes spans that could not wait any longer for their turn. */
  noteLost(spans: number): void;
}

/** Watches over an exporter. @param now a clock that never steps back, in milliseconds */
export function watchedExporter(exporter: SpanExporter, log: Log, now: () => number): WatchedExporter {
  let lostSpans = 0;
  let silentUntil = -Infinity;
  let isToldOf = false;

  const noteLost = (spans: number, err?: Error): void => {
    lostSpans += spans;
    if (now() < silentUntil) return;
    silentUntil = now() + SILENCE_MS;
    isToldOf = true;
    log.warn({ err, lostSpans }, 'traces cannot be delivered');
    lostSpans = 0;
  };
  const noteDelivered = (): void => {
    if (!isToldOf) return;
    isToldOf = false;
    log.info({ lostSpans }, 'traces are delivered again');
    lostSpans = 0;
  };
  return {
    noteLost: (spans) => noteLost(spans),
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code === ExportResultCode.SUCCESS) noteDelivered();
        else noteLost(spans.length, result.error);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

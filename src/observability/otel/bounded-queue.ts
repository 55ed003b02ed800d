/** Spans on their way out: a bounded number, in batches, so that a collector that is slow or gone holds up nothing. */

import { getNumberFromEnv } from '@opentelemetry/core';
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { WatchedExporter } from './watched-exporter.ts';

/** As the specification of OpenTelemetry has them. */
const QUEUED_SPANS = 2_048;
const BATCH_SPANS = 512;
const DELAY_MS = 5_000;
const EXPORT_LIMIT_MS = 30_000;

/** Makes the queue, as large and as quick as the variables OTEL_BSP_… say. */
export function boundedQueue(exporter: WatchedExporter): SpanProcessor {
  const limit = positive('OTEL_BSP_MAX_QUEUE_SIZE', QUEUED_SPANS);
  let queued = 0;
  const counting: SpanExporter = {
    export(spans, done) {
      queued -= spans.length;
      exporter.export(spans, done);
    },
    shutdown: () => exporter.shutdown(),
  };
  const processor = new BatchSpanProcessor({
    exporter: counting,
    maxQueueSize: limit,
    maxExportBatchSize: Math.min(limit, positive('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', BATCH_SPANS)),
    scheduledDelayMillis: positive('OTEL_BSP_SCHEDULE_DELAY', DELAY_MS),
    exportTimeoutMillis: positive('OTEL_BSP_EXPORT_TIMEOUT', EXPORT_LIMIT_MS),
  });
  return {
    onStart: (span, context) => processor.onStart(span, context),
    onEnd(span) {
      // The library drops what is beyond its limit, and does not say so until there is room again.
      if (queued >= limit) {
        exporter.noteLost(1);
        return;
      }
      queued += 1;
      processor.onEnd(span);
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
}

function positive(variable: string, fallback: number): number {
  const value = getNumberFromEnv(variable) ?? fallback;
  return value > 0 ? value : fallback;
}

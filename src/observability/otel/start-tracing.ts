/** Tracing with OpenTelemetry, sent as OTLP over HTTP. Nothing of it is global: several servers may run in one process. */

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
  type Resource,
} from '@opentelemetry/resources';
import { ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Config } from '../../config/config.ts';
import type { Log } from '../../service/log.ts';
import type { Tracing } from '../open-tracing.ts';
import { boundedQueue } from './bounded-queue.ts';
import { callSpans } from './call-spans.ts';
import { requestSpans } from './request-spans.ts';
import { tracedStorage } from './traced-storage.ts';
import { watchedExporter } from './watched-exporter.ts';

/** What is still to be sent at the end gets so long, and never all that is left for the end. */
const FLUSH_LIMIT_MS = 2_000;
const FLUSH_SHARE = 0.8;
/** As many as a batch of posts may hold: each is linked. */
const MAX_LINKS = 256;

/** What traces are made of. */
export interface TracingOptions {
  /** The collector's base URL, to which the path for traces is added. */
  readonly endpoint: string;
  /** Which share of the traces that begin here is recorded, from 0 to 1. */
  readonly sampleRatio: number;
  readonly storage: Config['storage'];
  readonly log: Log;
}

/** Starts tracing. Until it is closed, spans wait for their turn to be sent; whether any arrives changes nothing here. */
export function startTracing({ endpoint, sampleRatio, storage: storageName, log }: TracingOptions): Tracing {
  const exporter = watchedExporter(new OTLPTraceExporter({ url: tracesUrl(endpoint) }), log, () => performance.now());
  const provider = new TracerProvider({
    resource: describeServer(),
    // Whoever traces already decides what is recorded.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanLimits: { linkCountLimit: MAX_LINKS },
    spanProcessors: [boundedQueue(exporter)],
  });
  const tracer = provider.getTracer('veche');
  return {
    calls: callSpans(tracer),
    requests: requestSpans(tracer),
    traced: (storage) => tracedStorage(tracer, storageName, storage),
    async close(remainingMs) {
      const limit = new AbortController();
      const late = delay(Math.min(FLUSH_LIMIT_MS, remainingMs * FLUSH_SHARE), false, { signal: limit.signal });
      // Why it failed is in the log already.
      const flushed = provider.shutdown().then(
        () => true,
        () => true,
      );
      const isFlushed = await Promise.race([flushed, late.catch(() => false)]);
      limit.abort();
      if (!isFlushed) log.warn({}, 'the last traces were not delivered in time');
    },
  };
}

function tracesUrl(endpoint: string): string {
  return `${endpoint.replace(/\/$/, '')}/v1/traces`;
}

/** What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say of this server goes before what it knows of itself. */
function describeServer(): Resource {
  const own = resourceFromAttributes({ 'service.name': 'veche', 'service.instance.id': randomUUID() });
  const given = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  return defaultResource().merge(own).merge(given);
}

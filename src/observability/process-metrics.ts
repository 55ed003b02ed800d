/**
 * What the library measures of the process and of Node.js. The process is one, however many servers it has: its observers, which
 * nothing can stop, are started once, when the first server is.
 */

import { collectDefaultMetrics, Registry } from 'prom-client';
import type { MetricRow } from './metric-table.ts';

type ProcessRow = Pick<MetricRow, 'kind' | 'help' | 'unit'> & {
  /** The values are those of the library, which are few. */
  readonly labels: readonly string[];
};

/** What is shown of it, by name. The rest is misnamed for Prometheus, or nobody's question. */
export const PROCESS_METRICS = {
  process_cpu_user_seconds_total: counter('Processor time in the program.', 'seconds'),
  process_cpu_system_seconds_total: counter('Processor time in the system, for the program.', 'seconds'),
  process_cpu_seconds_total: counter('Processor time in all.', 'seconds'),
  process_start_time_seconds: gauge('When the process started, since the epoch.', 'seconds'),
  process_resident_memory_bytes: gauge('Memory in use.', 'bytes'),
  process_virtual_memory_bytes: gauge('Memory addressed (Linux only).', 'bytes'),
  process_heap_bytes: gauge('Data of the process (Linux only).', 'bytes'),
  process_open_fds: gauge('Open file descriptors (Linux only).', 'file descriptors'),
  process_max_fds: gauge('File descriptors that may be open (Linux only).', 'file descriptors'),
  nodejs_eventloop_lag_seconds: gauge('Delay of the event loop just before this scrape.', 'seconds'),
  nodejs_eventloop_lag_mean_seconds: gauge(
    'Delay since the scrape before, mean; 0.01 of it is the measure’s own.',
    'seconds',
  ),
  nodejs_eventloop_lag_p50_seconds: gauge('The same, median.', 'seconds'),
  nodejs_eventloop_lag_p90_seconds: gauge('The same, 90th percentile.', 'seconds'),
  nodejs_eventloop_lag_p99_seconds: gauge('The same, 99th percentile.', 'seconds'),
  nodejs_eventloop_lag_max_seconds: gauge('The same, longest.', 'seconds'),
  nodejs_heap_size_total_bytes: gauge('Heap of Node.js, size.', 'bytes'),
  nodejs_heap_size_used_bytes: gauge('Heap of Node.js, in use.', 'bytes'),
  nodejs_external_memory_bytes: gauge('Memory of buffers and the like, outside of the heap.', 'bytes'),
  nodejs_gc_duration_seconds: {
    kind: 'histogram',
    help: 'Pauses of garbage collection.',
    unit: 'seconds',
    labels: ['kind'],
  },
} as const satisfies Readonly<Record<string, ProcessRow>>;

function counter(help: string, unit: string): ProcessRow {
  return { kind: 'counter', help, unit, labels: [] };
}

function gauge(help: string, unit: string): ProcessRow {
  return { kind: 'gauge', help, unit, labels: [] };
}

let registry: Registry | undefined;

/** The registry of the process. */
export function processRegistry(): Registry {
  registry ??= startMeasuring();
  return registry;
}

function startMeasuring(): Registry {
  const all = new Registry();
  collectDefaultMetrics({ register: all });
  for (const { name } of all.getMetricsAsArray()) if (!(name in PROCESS_METRICS)) all.removeSingleMetric(name);
  return all;
}

/** The metrics as tables for the documentation. */

import { METRICS, type MetricRow } from '../src/observability/metric-table.ts';
import { PROCESS_METRICS } from '../src/observability/process-metrics.ts';

const HEAD = '| name | kind | unit | labels | meaning |\n|---|---|---|---|---|\n';

/** A Markdown table with a row per metric of Veche's own. */
export function metricsMarkdown(): string {
  const rows = Object.entries(METRICS).map(([name, { kind, unit, labels, help }]: [string, MetricRow]) =>
    row(name, kind, unit, Object.keys(labels), help),
  );
  return HEAD + rows.join('');
}

/** A Markdown table with a row per metric of the process. */
export function processMetricsMarkdown(): string {
  const rows = Object.entries(PROCESS_METRICS).map(([name, { kind, unit, labels, help }]) =>
    row(name, kind, unit, labels, help),
  );
  return HEAD + rows.join('');
}

/** A Markdown table with a row per label: every value that it may have, in all metrics together. */
export function labelsMarkdown(): string {
  const values = new Map<string, Set<string>>();
  for (const { labels } of Object.values<MetricRow>(METRICS)) {
    for (const [label, allowed] of Object.entries(labels)) {
      const known = values.get(label) ?? new Set();
      for (const value of allowed) known.add(value);
      values.set(label, known);
    }
  }
  const rows = Array.from(values, ([label, allowed]) => `| \`${label}\` | ${valuesOf([...allowed])} |\n`);
  return `| label | values |\n|---|---|\n${rows.join('')}`;
}

function row(name: string, kind: string, unit: string, labels: readonly string[], help: string): string {
  return `| \`${name}\` | ${kind} | ${unit} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |\n`;
}

function valuesOf(allowed: readonly string[]): string {
  return allowed.length === 0 ? 'one, known at the start' : allowed.map((value) => `\`${value}\``).join(', ');
}

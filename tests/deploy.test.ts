/** What is deployed beside the server: alert rules and the dashboard speak of metrics that there are, and each alert is explained. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { METRICS, type MetricRow } from '../src/observability/metric-table.ts';
import { PROCESS_METRICS } from '../src/observability/process-metrics.ts';
import { promtool } from './support/promtool.ts';

const DEPLOY = fileURLToPath(new URL('../deploy/', import.meta.url));
const PROMETHEUS = `${DEPLOY}prometheus/`;
const OPERATIONS = fileURLToPath(new URL('../docs/operations.md', import.meta.url));

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly w: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const rules = (
  parse(readFileSync(`${PROMETHEUS}alerts.yml`, 'utf8')) as { readonly groups: readonly { readonly rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const tested = parse(readFileSync(`${PROMETHEUS}alerts.test.yml`, 'utf8')) as {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: readonly object[] }[];
  }[];
};
const dashboard = JSON.parse(readFileSync(`${DEPLOY}grafana/dashboards/veche.json`, 'utf8')) as {
  readonly panels: readonly Panel[];
};
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const));

/** What a metric of this name may be filtered by, besides what Prometheus itself adds. */
const LABELS = new Map<string, Readonly<Record<string, readonly string[]>>>([
  ['up', {}],
  ...Object.keys(PROCESS_METRICS).map((name) => [name, {}] as const),
  ...Object.entries<MetricRow>(METRICS).map(([name, { labels }]) => [name, labels] as const),
]);

/** Labels that Prometheus adds. */
const OF_PROMETHEUS: ReadonlySet<string> = new Set(['instance', 'job']);

/** The metrics that an expression names, each with its conditions. */
function metricsOf(expr: string): readonly { readonly name: string; readonly conditions: string }[] {
  const found = expr.matchAll(/\b(up|(?:veche|process|nodejs)_\w+)\b(?:\{([^}]*)\})?/g);
  return Array.from(found, ([, name = '', conditions = '']) => ({ name: familyOf(name), conditions }));
}

function familyOf(name: string): string {
  const whole = name.replace(/_(bucket|sum|count)$/, '');
  const row: { readonly kind: string } | undefined =
    (METRICS as Readonly<Record<string, MetricRow>>)[whole] ??
    (PROCESS_METRICS as Readonly<Record<string, { readonly kind: string }>>)[whole];
  return row?.kind === 'histogram' ? whole : name;
}

/** What of an expression is in no table: metrics, and labels with values that they never have. */
function unknownIn(expr: string): readonly string[] {
  return metricsOf(expr).flatMap(({ name, conditions }) => {
    const labels = LABELS.get(name);
    if (labels === undefined) return [name];
    return Array.from(conditions.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g), ([, label = '', values = '']) =>
      OF_PROMETHEUS.has(label) ? [] : values.split('|').filter((value) => labels[label]?.includes(value) !== true),
    ).flat();
  });
}

describe('the alert rules', () => {
  test.each([
    [['check', 'config', `${PROMETHEUS}prometheus.yml`]],
    [['check', 'rules', `${PROMETHEUS}alerts.yml`]],
    [['test', 'rules', `${PROMETHEUS}alerts.test.yml`]],
  ])('are right by promtool %j', async (args) => {
    expect(await promtool(args)).toContain('SUCCESS');
  });

  test.each(rules)('speak of metrics and labels that there are: $alert', ({ expr }) => {
    expect(metricsOf(expr)).not.toEqual([]);
    expect(unknownIn(expr)).toEqual([]);
  });

  test.each(rules)('are each seen to fire by a test: $alert', ({ alert }) => {
    const cases = tested.tests.flatMap((one) => one.alert_rule_test).filter(({ alertname }) => alertname === alert);
    expect(cases.some(({ exp_alerts: alerts = [] }) => alerts.length > 0)).toBe(true);
  });

  test.each(rules)(
    'say how urgent it is, what happened and where to read on: $alert',
    ({ alert, labels, annotations }) => {
      expect(['page', 'ticket']).toContain(labels['severity']);
      expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook_url']);
      expect(annotations['runbook_url']).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    },
  );

  test('have each a section that says what to do, in the same order, and no section is without its alert', () => {
    const [, section = ''] = /^## Alerts\n([^]*?)^## /m.exec(readFileSync(OPERATIONS, 'utf8')) ?? [];
    const titles = Array.from(section.matchAll(/^### (.+)$/gm), ([, title]) => title);
    expect(titles).toEqual(rules.map(({ alert }) => alert));
  });
});

describe('the dashboard', () => {
  test.each(queries)('speaks of metrics and labels that there are: %s', (_title, expr) => {
    expect(metricsOf(expr)).not.toEqual([]);
    expect(unknownIn(expr)).toEqual([]);
  });

  test('shows every metric of Veche’s own', () => {
    const shown = new Set(queries.flatMap(([, expr]) => metricsOf(expr).map(({ name }) => name)));
    expect(Object.keys(METRICS).filter((name) => !shown.has(name))).toEqual([]);
  });

  test('has panels that lie within its width, and queries that promtool can read', async () => {
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    const recorded = queries.map(([, expr], index) => ({
      record: `query_${index}`,
      expr: expr.replaceAll('$__rate_interval', '1m'),
    }));
    const folder = mkdtempSync(join(tmpdir(), 'veche-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'queries.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
    expect(await promtool(['check', 'rules', file])).toContain(`${recorded.length} rules found`);
  });
});

/** Puts the rows of the table of metrics into a registry of the library, which writes what they count. */

import type { Metric, Registry } from 'prom-client';
import { Distribution, Family, Tally, type LabelsOf } from './instruments.ts';
import { METRICS, type MetricName, type MetricRow } from './metric-table.ts';

/** A counter with so few lines shows them all from the start, so that the first of a kind is seen as a rise. */
const MAX_LINES_FROM_THE_START = 64;

type RowOf<Name extends MetricName> = (typeof METRICS)[Name];
type ChildOf<Row extends MetricRow> = Row['kind'] extends 'histogram' ? Distribution : Tally;

/** What every metric is counted with. */
export type Instruments = {
  readonly [Name in MetricName]: Family<LabelsOf<RowOf<Name>>, ChildOf<RowOf<Name>>>;
};

/** Registers every metric of the table. */
export function registerMetrics(registry: Registry): Instruments {
  const families = Object.entries(METRICS).map(([name, row]: [string, MetricRow]) => {
    const family = familyOf(name, row);
    // All that the library asks of a metric in order to write it, though its type has more.
    const metric = {
      name,
      help: row.help,
      type: row.kind,
      get: async () => ({ name, help: row.help, type: row.kind, values: family.samples() }),
    };
    registry.registerMetric(metric as unknown as Metric);
    return [name, family];
  });
  return Object.fromEntries(families) as Instruments;
}

function familyOf(name: string, { kind, labels, buckets = [] }: MetricRow): Family<object, Tally | Distribution> {
  if (kind === 'histogram') return new Family(name, () => new Distribution(buckets));
  const family = new Family(name, () => new Tally());
  const all = combinations(Object.entries(labels));
  if (kind === 'counter' && all.length <= MAX_LINES_FROM_THE_START) for (const values of all) family.with(values);
  return family;
}

/** Every combination of one value for each label. */
function combinations(labels: readonly (readonly [string, readonly string[]])[]): readonly Record<string, string>[] {
  return labels.reduce<readonly Record<string, string>[]>(
    (some, [name, values]) => some.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

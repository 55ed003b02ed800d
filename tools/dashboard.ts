/** The Grafana dashboard: what to look at, from what users notice down to the process. */

import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { LegendDisplayMode, LegendPlacement, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';

/** One line, or one group of lines, of a panel. */
interface Query {
  /** PromQL. `$instance` are the instances chosen, `$__rate_interval` is Grafana's. */
  readonly expr: string;
  readonly legend: string;
}

/** One panel: its title, the unit in Grafana's words, what it is for, and what it draws. */
interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly about: string;
  readonly queries: readonly Query[];
  /** One number instead of lines. */
  readonly isStat?: true;
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const STAT = { height: 4, span: 4 };
const GRAPH = { height: 8, span: 8 };

function rate(metric: string, by: string, filter = ''): string {
  const chosen = `instance=~"$instance"${filter === '' ? '' : `, ${filter}`}`;
  return `sum by (${by}) (rate(${metric}{${chosen}}[$__rate_interval]))`;
}

function quantile(share: number, histogram: string, by = ''): string {
  return `histogram_quantile(${share}, ${rate(`${histogram}_bucket`, by === '' ? 'le' : `${by}, le`)})`;
}

function here(metric: string): string {
  return `${metric}{instance=~"$instance"}`;
}

const ROWS: Readonly<Record<string, readonly Panel[]>> = {
  Overview: [
    stat('Ready', 'short', 'Instances that take calls.', `sum(${here('veche_ready')})`),
    stat('Users', 'short', 'Live sessions, over all instances.', `max(${here('veche_users')})`),
    stat('Chats', 'short', 'Open chats, over all instances.', `max(${here('veche_chats')})`),
    stat('Messages kept', 'short', 'Over all instances.', `max(${here('veche_messages')})`),
    stat('Messages in the past hour', 'short', 'Over all instances.', `max(${here('veche_messages_last_hour')})`),
    stat('Open streams', 'short', 'On the instances chosen.', `sum(${here('veche_open_streams')})`),
  ],
  Calls: [
    graph('Calls', 'reqps', 'Answered, by method.', [
      { expr: rate('veche_calls_total', 'api, method'), legend: '{{api}} {{method}}' },
    ]),
    graph('Refusals', 'reqps', 'By name: most are the callers’ own, STORAGE_… and INTERNAL never are.', [
      { expr: rate('veche_refusals_total', 'code'), legend: '{{code}}' },
    ]),
    graph('Failing calls', 'percentunit', 'The part of all calls that failed by no fault of their callers.', [
      {
        expr: `${rate('veche_refusals_total', 'instance', 'code=~"INTERNAL|STORAGE_UNAVAILABLE|DEADLINE_EXCEEDED"')} / ${rate('veche_calls_total', 'instance')}`,
        legend: '{{instance}}',
      },
    ]),
    graph('Latency', 's', 'Of calls that do not ask to wait.', [
      { expr: quantile(0.5, 'veche_call_duration_seconds', 'api'), legend: '{{api}} median' },
      { expr: quantile(0.99, 'veche_call_duration_seconds', 'api'), legend: '{{api}} 99 %' },
    ]),
    graph('Latency by method', 's', '99th percentile.', [
      { expr: quantile(0.99, 'veche_call_duration_seconds', 'method'), legend: '{{method}}' },
    ]),
    graph('Waits', 's', 'How long calls that ask to wait do so.', [
      { expr: quantile(0.5, 'veche_waiting_call_duration_seconds'), legend: 'median' },
      { expr: quantile(0.99, 'veche_waiting_call_duration_seconds'), legend: '99 %' },
    ]),
  ],
  'Chats and streams': [
    graph('Posts and deliveries', 'short', 'A message to ten readers is ten deliveries; per second.', [
      { expr: rate('veche_posts_total', 'instance'), legend: '{{instance}} posts' },
      { expr: rate('veche_deliveries_total', 'instance'), legend: '{{instance}} deliveries' },
    ]),
    graph('Open streams, waits and connections', 'short', 'What is held open.', [
      { expr: `sum by (api) (${here('veche_open_streams')})`, legend: '{{api}} streams' },
      { expr: `sum by (api) (${here('veche_open_waits')})`, legend: '{{api}} waits' },
      { expr: `sum by (protocol) (${here('veche_connections')})`, legend: '{{protocol}} connections' },
    ]),
    graph('Streams ended', 'short', 'By reason, per second; READER_TOO_SLOW is the one to watch.', [
      { expr: rate('veche_streams_ended_total', 'reason'), legend: '{{reason}}' },
      { expr: rate('veche_readers_cut_total', 'api'), legend: '{{api}} readers cut' },
    ]),
    graph('Connections opened', 'short', 'Per second.', [
      { expr: rate('veche_connections_opened_total', 'protocol'), legend: '{{protocol}}' },
    ]),
    graph('Users and chats, of what is allowed', 'percentunit', 'Where a limit is set.', [
      { expr: `max(${here('veche_users')} / (${here('veche_max_users')} > 0))`, legend: 'users' },
      { expr: `max(${here('veche_chats')} / (${here('veche_max_chats')} > 0))`, legend: 'chats' },
    ]),
  ],
  Storage: [
    graph('Operations', 'ops', 'By name.', [
      { expr: rate('veche_storage_operations_total', 'operation'), legend: '{{operation}}' },
    ]),
    graph('Operations without success', 'ops', 'By what they came to.', [
      {
        expr: rate('veche_storage_operations_total', 'operation, code', 'code!="OK"'),
        legend: '{{operation}} {{code}}',
      },
    ]),
    graph('Time of operations', 's', '99th percentile.', [
      { expr: quantile(0.99, 'veche_storage_operation_duration_seconds', 'operation'), legend: '{{operation}}' },
    ]),
    graph('Batches', 'short', 'How many travel as one, on average (PostgreSQL only).', [
      {
        expr: `${rate('veche_storage_batch_size_sum', 'batch')} / ${rate('veche_storage_batch_size_count', 'batch')}`,
        legend: '{{batch}}',
      },
    ]),
  ],
  Process: [
    graph('Event-loop delay', 's', '10 ms of it are the measure’s own.', [
      { expr: here('nodejs_eventloop_lag_p50_seconds'), legend: '{{instance}} median' },
      { expr: here('nodejs_eventloop_lag_p99_seconds'), legend: '{{instance}} 99 %' },
    ]),
    graph('Processor', 'percentunit', '1 is one core.', [
      { expr: rate('process_cpu_seconds_total', 'instance'), legend: '{{instance}}' },
      { expr: rate('nodejs_gc_duration_seconds_sum', 'instance'), legend: '{{instance}} garbage collection' },
    ]),
    graph('Memory', 'bytes', 'Of the process, and of the heap in it.', [
      { expr: here('process_resident_memory_bytes'), legend: '{{instance}}' },
      { expr: here('nodejs_heap_size_used_bytes'), legend: '{{instance}} heap' },
    ]),
    graph('Open files', 'short', 'Connections are among them.', [
      { expr: here('process_open_fds'), legend: '{{instance}}' },
      { expr: here('process_max_fds'), legend: '{{instance}} allowed' },
    ]),
    graph('Running since', 's', 'Falls to nothing at a restart.', [
      { expr: `time() - ${here('process_start_time_seconds')}`, legend: '{{instance}}' },
    ]),
    graph('Versions', 'short', 'Instances by version.', [
      {
        expr: `sum by (version, node, storage) (${here('veche_build_info')})`,
        legend: '{{version}} on {{node}}, {{storage}}',
      },
    ]),
  ],
};

function stat(title: string, unit: string, about: string, expr: string): Panel {
  return { title, unit, about, queries: [{ expr, legend: title }], isStat: true };
}

function graph(title: string, unit: string, about: string, queries: readonly Query[]): Panel {
  return { title, unit, about, queries };
}

function builderOf({ title, unit, about, queries, isStat }: Panel): StatBuilder | TimeseriesBuilder {
  const panel = isStat
    ? new StatBuilder().height(STAT.height).span(STAT.span)
    : new TimeseriesBuilder()
        .height(GRAPH.height)
        .span(GRAPH.span)
        .min(0)
        .legend(
          new VizLegendOptionsBuilder()
            .displayMode(LegendDisplayMode.List)
            .placement(LegendPlacement.Bottom)
            .showLegend(true),
        );
  panel.title(title).description(about).unit(unit).datasource(DATASOURCE);
  for (const [index, { expr, legend }] of queries.entries()) {
    panel.withTarget(
      new DataqueryBuilder()
        .expr(expr)
        .legendFormat(legend)
        .refId(String.fromCodePoint(65 + index))
        .datasource(DATASOURCE),
    );
  }
  return panel;
}

/** The dashboard as Grafana takes it. */
export function dashboard(): Dashboard {
  const builder = new DashboardBuilder('Veche')
    .uid('veche')
    .tags(['veche'])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('instance')
        .label('Instance')
        .datasource(DATASOURCE)
        .query('label_values(veche_build_info, instance)')
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true),
    );
  for (const [title, panels] of Object.entries(ROWS)) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(builderOf(panel));
  }
  return builder.build();
}

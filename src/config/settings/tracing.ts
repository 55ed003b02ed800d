/** Where traces go, and which. */

import { collectorUrl } from '../server-url.ts';
import { ratio, type SettingTable } from '../setting.ts';

export const TRACING_SETTINGS = {
  'otlp-endpoint': {
    group: 'Tracing',
    kind: collectorUrl(),
    default: undefined,
    secret: true,
    description:
      'the OpenTelemetry collector that gets traces, as JSON over HTTP at /v1/traces; none: nothing is traced',
  },
  'trace-sample-ratio': {
    group: 'Tracing',
    kind: ratio(),
    default: 1,
    description: 'which share of the calls is traced whose callers do not say whether they are',
  },
} as const satisfies SettingTable;

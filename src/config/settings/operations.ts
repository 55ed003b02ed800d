/** Where operators look. */

import { hostName, wholeNumber, type SettingTable } from '../setting.ts';

export const OPERATIONS_SETTINGS = {
  'ops-port': {
    group: 'Operations',
    kind: wholeNumber({ min: 0, max: 65_535 }),
    default: undefined,
    description:
      'a port for /metrics, /healthz and /readyz, which --port then has not; never encrypted; 0 takes any that is free',
  },
  'ops-host': {
    group: 'Operations',
    kind: hostName(),
    default: undefined,
    description: 'the address on which --ops-port listens, if not on that of --host',
  },
} as const satisfies SettingTable;

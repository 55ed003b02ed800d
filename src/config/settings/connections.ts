/** What bounds connections. */

import { wholeNumber, type SettingTable } from '../setting.ts';

/** 0 is no limit. */
const count = wholeNumber({ min: 0, max: 1_000_000 });

export const CONNECTIONS_SETTINGS = {
  'max-connections': {
    group: 'Connections',
    kind: count,
    default: 10_000,
    description: 'open connections to one instance at one time; 0: no limit',
  },
  'max-connections-per-address': {
    group: 'Connections',
    kind: count,
    default: 2_000,
    description:
      'of these, from one IPv4 address or one IPv6 network (/64), unless it is one of --trusted-proxies; 0: no limit',
  },
} as const satisfies SettingTable;

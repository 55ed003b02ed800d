/** How the server stops. */

import { duration, type SettingTable } from '../setting.ts';

const UP_TO_AN_HOUR = { min: 0, max: 3_600_000 };

export const STOPPING_SETTINGS = {
  'drain-delay': {
    group: 'Stopping',
    kind: duration(UP_TO_AN_HOUR),
    default: 0,
    description: 'after a signal to stop: how long calls are still served while the server says that it is not ready',
  },
  'shutdown-grace': {
    group: 'Stopping',
    kind: duration({ ...UP_TO_AN_HOUR, min: 1_000 }),
    default: 10_000,
    description: 'after the drain delay: how long running calls may take to finish',
  },
} as const satisfies SettingTable;

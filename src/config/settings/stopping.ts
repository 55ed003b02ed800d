/** How the server stops, and what is open on it ends. */

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
  'drain-spread': {
    group: 'Stopping',
    kind: duration(UP_TO_AN_HOUR),
    default: 3_000,
    description:
      'after the drain delay: over what time open streams are ended, in random order, if they are many (500 a second are); at most half of the grace',
  },
  'max-connection-age': {
    group: 'Stopping',
    kind: duration({ min: 0, max: 86_400_000 }),
    default: 1_800_000,
    description:
      'how old a connection or a stream may become, give or take a tenth, until its client is asked to open another, perhaps elsewhere; 0s: no bound',
  },
} as const satisfies SettingTable;

/** What is logged, and in which form. */

import { oneOf, type SettingTable } from '../setting.ts';

export const LOGS_SETTINGS = {
  'log-level': {
    group: 'Logs',
    kind: oneOf('debug', 'info', 'warn', 'error'),
    default: 'info',
    description: 'the least important lines that are logged',
  },
  'log-format': {
    group: 'Logs',
    kind: oneOf('auto', 'json', 'pretty'),
    default: 'auto',
    description: 'JSON lines, or lines for people; auto is pretty on a terminal',
  },
} as const satisfies SettingTable;

/** The settings of the server, one row each, in files of one group each. */

import type { SettingTable, SettingValues } from './setting.ts';
import { SERVER_SETTINGS } from './settings/server.ts';
import { CONNECTIONS_SETTINGS } from './settings/connections.ts';
import { LIMITS_SETTINGS } from './settings/limits.ts';
import { RATES_SETTINGS } from './settings/rates.ts';
import { REDIS_SETTINGS } from './settings/redis.ts';
import { POSTGRES_SETTINGS } from './settings/postgres.ts';
import { STOPPING_SETTINGS } from './settings/stopping.ts';
import { OPERATIONS_SETTINGS } from './settings/operations.ts';
import { LOGS_SETTINGS } from './settings/logs.ts';
import { TRACING_SETTINGS } from './settings/tracing.ts';

/** Every setting by the name of its flag, in the order in which they are shown. */
export const SETTINGS = {
  ...SERVER_SETTINGS,
  ...LIMITS_SETTINGS,
  ...CONNECTIONS_SETTINGS,
  ...RATES_SETTINGS,
  ...REDIS_SETTINGS,
  ...POSTGRES_SETTINGS,
  ...STOPPING_SETTINGS,
  ...OPERATIONS_SETTINGS,
  ...LOGS_SETTINGS,
  ...TRACING_SETTINGS,
} as const satisfies SettingTable;

/** The value of every setting. */
export type ServerSettings = SettingValues<typeof SETTINGS>;

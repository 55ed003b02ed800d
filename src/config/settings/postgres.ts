/** Where PostgreSQL is, and how it is used. */

import { postgresUrl } from '../server-url.ts';
import { matching, trueOrFalse, wholeNumber, type SettingTable } from '../setting.ts';

export const POSTGRES_SETTINGS = {
  'postgres-url': {
    group: 'PostgreSQL',
    kind: postgresUrl(),
    default: undefined,
    secret: true,
    description: 'the server and database, or a pooler before it',
  },
  'postgres-direct-url': {
    group: 'PostgreSQL',
    kind: postgresUrl(),
    default: undefined,
    secret: true,
    description: 'the same database past the pooler, for listening and migrations',
  },
  'postgres-schema': {
    group: 'PostgreSQL',
    kind: matching(
      'name',
      /^(?!pg_)[a-z_][a-z0-9_]{0,47}$/,
      'up to 48 lower-case letters, digits and _, not beginning with a digit or pg_',
    ),
    default: 'veche',
    description: 'the schema that holds every table, so that one database can be shared',
  },
  'postgres-pool-size': {
    group: 'PostgreSQL',
    kind: wholeNumber({ min: 1, max: 1_000 }),
    default: 10,
    description: 'connections of one instance for its calls; one more listens',
  },
  'postgres-prepared-statements': {
    group: 'PostgreSQL',
    kind: trueOrFalse(),
    default: true,
    description: 'whether statements are prepared by name; false behind PgBouncer before 1.21',
  },
} as const satisfies SettingTable;

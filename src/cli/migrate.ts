/** `veche migrate`: brings the schema of PostgreSQL up to date, takes a step back, or tells how it is. */

import { migrateStorage } from '../app.ts';
import { toConfig } from '../config/config.ts';
import { flagOf, variableOf } from '../config/source.ts';
import { StartError } from '../lifecycle/start-error.ts';
import type { MigrateDirection } from '../storage/postgres/migrate.ts';
import type { StorageLog } from '../storage/storage-log.ts';
import { EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { SettingsAction } from './settings-command.ts';

/** Migrates, and prints every migration as it is afterwards. */
export function migrate(direction: MigrateDirection): SettingsAction {
  return async ({ values, origins }, io) => {
    const config = toConfig(values);
    if (config.storage !== 'postgres') {
      const how = `${flagOf('storage')} postgres or ${variableOf('storage')}=postgres`;
      io.writeError(
        `veche: nothing to migrate: storage is ${config.storage} (${origins.storage}), only postgres has a schema (${how})\n`,
      );
      return EXIT_USAGE;
    }
    try {
      const migrations = await migrateStorage(config, direction, linesOn(io));
      for (const { name, isApplied } of migrations) io.write(`${isApplied ? 'applied' : 'missing'}  ${name}\n`);
      return EXIT_OK;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      io.writeError(`veche: cannot migrate: ${error.message}\n`);
      return EXIT_FAILURE;
    }
  };
}

/** What went well is told by the list of migrations. */
function linesOn(io: Io): StorageLog {
  const write = (_fields: object, message: string): void => io.writeError(`veche: ${message}\n`);
  return { info() {}, warn: write, error: write };
}

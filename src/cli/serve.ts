/** `veche serve`: runs a server until it is told to stop. */

import { once } from 'node:events';
import { startApp } from '../app.ts';
import { toConfig } from '../config/config.ts';
import type { Address } from '../lifecycle/listener.ts';
import { StartError } from '../lifecycle/start-error.ts';
import { listenForStop } from '../lifecycle/stop-signals.ts';
import { createLogger, isForPeople } from '../observability/logger.ts';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.ts';
import type { SettingsAction } from './settings-command.ts';
import { readVersion } from './version.ts';

/** Serves, and resolves when the server has stopped. */
export const serve: SettingsAction = async ({ values }, io) => {
  const config = toConfig(values);
  const log = createLogger(config);
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'failed unexpectedly: ending at once');
    process.exit(EXIT_FAILURE);
  });
  const stop = listenForStop(log);
  try {
    const app = await startApp(config, { log, signal: stop });
    log.info({ ...app.address, version: readVersion(), node: process.version, storage: config.storage }, 'listening');
    if (isForPeople(config)) io.write(welcome(app.address, config.reflection));
    if (!stop.aborted) await once(stop, 'abort');
    const inTime = await app.close();
    log.info({}, inTime ? 'stopped' : 'stopped before everything was finished');
    return inTime ? EXIT_OK : EXIT_FAILURE;
  } catch (error) {
    if (stop.aborted) return EXIT_OK;
    log.error(error instanceof StartError ? {} : { err: error }, `cannot start: ${(error as Error).message}`);
    return EXIT_FAILURE;
  }
};

/** Where to go from here, for somebody at a terminal. */
function welcome({ host, port }: Address, reflection: boolean): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const address = `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  const look = reflection ? `\n  look     grpcurl -plaintext ${address} list` : '';
  return `
Veche ${readVersion()} is open.

  gRPC     ${address}${look}
  stop     Ctrl+C

`;
}

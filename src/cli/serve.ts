/** `veche serve`: runs a server until it is told to stop. */

import { once } from 'node:events';
import { startApp, type App } from '../app.ts';
import { toConfig } from '../config/config.ts';
import { memoryRule, warnOfMemory } from '../lifecycle/memory-rule.ts';
import { StartError } from '../lifecycle/start-error.ts';
import { listenForStop } from '../lifecycle/stop-signals.ts';
import { createLogger, isForPeople } from '../observability/logger.ts';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.ts';
import type { SettingsAction } from './settings-command.ts';
import { isSupportedNode, readSupportedNode, readVersion } from '../lifecycle/version.ts';
import { originOf, welcome } from './welcome.ts';

/** Serves, and resolves when the server has stopped. */
export const serve: SettingsAction = async ({ values }, io) => {
  const config = toConfig(values);
  const log = createLogger(config);
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'failed unexpectedly: ending at once');
    process.exit(EXIT_FAILURE);
  });
  let app: App | undefined;
  const stop = listenForStop(log, { onHangup: () => void app?.reloadCertificate() });
  const supported = readSupportedNode();
  if (!isSupportedNode(process.versions.node, supported)) {
    log.warn({ node: process.version, supported }, 'this Node.js is too old to be supported: it has known faults');
  }

  try {
    app = await startApp(config, { log, signal: stop });
  } catch (error) {
    if (stop.aborted) return EXIT_OK;
    log.error(error instanceof StartError ? {} : { err: error }, `cannot start: ${(error as Error).message}`);
    return EXIT_FAILURE;
  }
  if (!stop.aborted) {
    const url = originOf(app.address, config);
    const { version: node } = process;
    const memory = memoryRule(config);
    log.info({ ...app.address, url, version: readVersion(), node, storage: config.storage, memory }, 'listening');
    warnOfMemory(log, memory);
    if (isForPeople(config)) io.write(welcome(app.address, config));
    await once(stop, 'abort');
  }
  const inTime = await app.close();
  log.info({}, inTime ? 'stopped' : 'stopped before everything was finished');
  return inTime ? EXIT_OK : EXIT_FAILURE;
};

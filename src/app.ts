/** Puts a server together from its parts, and takes it apart again. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config/config.ts';
import { createGrpcServer } from './grpc/grpc-server.ts';
import { createHttpServer } from './http/http-server.ts';
import { openCertificate } from './lifecycle/certificate-source.ts';
import { CleanupStack } from './lifecycle/cleanup-stack.ts';
import { startHousekeeping } from './lifecycle/housekeeping.ts';
import { openPorts, type ServerAddress } from './lifecycle/ports.ts';
import { reachStorage } from './lifecycle/reach-storage.ts';
import { startReadiness } from './lifecycle/readiness.ts';
import type { Timeouts } from './lifecycle/timeouts.ts';
import { createLiveHub } from './live/live-hub.ts';
import { createLogger } from './observability/logger.ts';
import { systemClock, type Clock } from './service/clock.ts';
import { createService } from './service/create-service.ts';
import type { Log } from './service/log.ts';
import { openMemoryStorage } from './storage/memory/open-memory-storage.ts';
import type { Storage } from './storage/storage.ts';

/** Of the time that stopping may take, what connections get: the rest is for the storage to finish. */
const CONNECTIONS_SHARE = 0.8;

const OPEN_STORAGE: Readonly<Record<Config['storage'], () => Promise<Storage>>> = {
  memory: async () => openMemoryStorage(),
};

/** A running server. */
export interface App {
  readonly address: ServerAddress;
  /** Reads the TLS certificate again; what is of no use is logged and changes nothing. */
  reloadCertificate(): Promise<void>;
  /**
   * Stops it: not ready, then calls are still served for the drain delay; then no new connections, streams end with
   * the place to resume from, running calls finish, the storage closes, all within the shutdown grace.
   * @returns whether everything finished in time; what did not is in the log.
   */
  close(): Promise<boolean>;
}

/** What a caller may put in the place of the usual parts. */
export interface Overrides {
  readonly clock?: Clock;
  readonly log?: Log;
  /** In the place of the configured one; closed with the server. */
  readonly storage?: Storage;
  readonly timeouts?: Partial<Timeouts>;
  /** Gives up starting when aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a server and returns once it takes calls.
 * @throws StartError, StorageUnavailableError, or the signal's reason; what was acquired until then has been given back.
 */
export async function startApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const { host, port, grpcPort, tls, limits, reflection, corsOrigins, drainDelayMs, shutdownGraceMs } = config;
  const { clock = systemClock(), log = createLogger(config), timeouts, signal } = overrides;
  const stack = new CleanupStack();
  let shuttingDown = false;
  const isShuttingDown = (): boolean => shuttingDown;

  const stop = async (): Promise<boolean> => {
    shuttingDown = true;
    const failures = await stack.close(shutdownGraceMs);
    for (const { name, error } of failures) log.error({ err: error, part: name }, 'did not stop as it should');
    return failures.length === 0;
  };

  try {
    const certificate = tls && (await openCertificate(tls, { log, clock }));
    stack.push('certificate', async () => certificate?.close());
    const storage = overrides.storage ?? (await reachStorage(OPEN_STORAGE[config.storage], { log, signal }));
    stack.push('storage', () => storage.close());
    stack.push('house-keeping', startHousekeeping({ storage, clock, log }));

    const live = createLiveHub({ storage, clock, limits, log });
    const service = createService({ storage, live, clock, limits, log, isShuttingDown });
    const grpc = createGrpcServer({ service, limits, reflection });
    const http = await createHttpServer({ service, limits, corsOrigins });
    const ports = await openPorts({
      address: { host, port, grpcPort },
      http1: http,
      onHttp2: (socket) => grpc.injectConnection(socket),
      refusals: { 'http/1.1': http.misdirected, 'http/2': grpc.misdirected },
      certificate,
      timeouts,
      log,
    });
    stack.push('connections', async (remainingMs) => {
      const graceMs = remainingMs * CONNECTIONS_SHARE;
      const cut = setTimeout(() => log.warn({ graceMs }, 'cutting the connections that have not ended'), graceMs);
      // Streams are running calls, for which the gRPC server waits: they are told to end before it begins to.
      await Promise.all([live.shutdown(), grpc.shutdown(graceMs), ports.close(graceMs)]);
      clearTimeout(cut);
    });

    let draining = false;
    const readiness = startReadiness({
      storage,
      log,
      onChange: (ready) => {
        grpc.setServing(ready);
        http.setReadiness(ready ? undefined : draining ? 'SHUTTING_DOWN' : 'STORAGE_UNAVAILABLE');
      },
    });
    stack.push('readiness', () => readiness.close());

    let closing: Promise<boolean> | undefined;
    const close = async (): Promise<boolean> => {
      draining = true;
      readiness.shutDown();
      await delay(drainDelayMs);
      return stop();
    };
    return {
      address: ports.address,
      reloadCertificate: async () => {
        if (certificate === undefined) log.info({}, 'there is no TLS certificate to read again');
        else await certificate.reload();
      },
      close: () => (closing ??= close()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

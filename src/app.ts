/** Puts a server together from its parts, and takes it apart again. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config/config.ts';
import { flagOf, variableOf } from './config/source.ts';
import { createGrpcServer } from './grpc/grpc-server.ts';
import { misdirectedConnection } from './grpc/misdirected.ts';
import { createHttpServer } from './http/http-server.ts';
import { createOpsServer } from './http/ops-server.ts';
import type { Probed, Unready } from './http/probes.ts';
import { isAdminTokenInClear } from './lifecycle/admin-token-in-clear.ts';
import { openCertificate } from './lifecycle/certificate-source.ts';
import { CleanupStack } from './lifecycle/cleanup-stack.ts';
import { followStorageClock } from './lifecycle/follow-storage-clock.ts';
import { startHousekeeping } from './lifecycle/housekeeping.ts';
import { availableMemoryBytes, heldBounds, type HeldBounds } from './lifecycle/memory-rule.ts';
import type { Address, ListenerSettings } from './lifecycle/listener.ts';
import { openOpsPort, openPorts, type ServerAddress } from './lifecycle/ports.ts';
import { reachStorage } from './lifecycle/reach-storage.ts';
import { startReadiness } from './lifecycle/readiness.ts';
import type { Timeouts } from './lifecycle/timeouts.ts';
import { StartError, storageError } from './lifecycle/start-error.ts';
import { readVersion } from './lifecycle/version.ts';
import { createLiveHub } from './live/live-hub.ts';
import { createLogger } from './observability/logger.ts';
import { createMetrics } from './observability/metrics.ts';
import { openTracing } from './observability/open-tracing.ts';
import { CallerAddresses } from './service/caller-addresses.ts';
import { systemClock, type Clock } from './service/clock.ts';
import { createService } from './service/create-service.ts';
import { failed } from './service/guard.ts';
import { HeldBytes } from './service/held-bytes.ts';
import type { Log } from './service/log.ts';
import { newId } from './service/new-id.ts';
import { RateLimits } from './service/rate-limits.ts';
import { openMemoryStorage } from './storage/memory/open-memory-storage.ts';
import type { MigrateDirection, MigrationStatus } from './storage/postgres/migrate.ts';
import type { StorageLog } from './storage/storage-log.ts';
import type { StorageMeter } from './storage/storage-meter.ts';
import type { StorageTracer } from './storage/storage-tracer.ts';
import type { Storage } from './storage/storage.ts';

/** Of the time that stopping may take, what connections get: the rest is for the storage to finish. */
const CONNECTIONS_SHARE = 0.8;
/**
 * How long connections may still ask for something, if there is a drain delay: where there is none, nobody expects that
 * everybody is told.
 */
const MAX_PATIENCE_MS = 1_000;
/** And over what part of it streams are ended at most: the last of them needs time for what is on its way. */
const MAX_SPREAD_SHARE = 0.5;

/** Who a storage tells of what it does. */
interface StorageObservers {
  readonly log: Log;
  readonly meter: StorageMeter;
  readonly tracer: StorageTracer | undefined;
}

/** Whoever does not use a storage does not load its driver. */
const OPEN_STORAGE: Readonly<
  Record<Config['storage'], (config: Config, observers: StorageObservers) => Promise<Storage>>
> = {
  memory: async () => openMemoryStorage(),
  redis: async ({ redis }, { log, tracer }) => {
    const { openRedisStorage } = await import('./storage/redis/open-redis-storage.ts');
    return openRedisStorage({ ...needed(redis, 'redis-url'), log, tracer });
  },
  postgres: async ({ postgres }, observers) => {
    const { openPostgresStorage } = await import('./storage/postgres/open-postgres-storage.ts');
    return openPostgresStorage({ ...needed(postgres, 'postgres-url'), ...observers });
  },
};

/** A running server. */
export interface App {
  readonly address: ServerAddress;
  /** Reads the TLS certificate again; what is of no use is logged and changes nothing. */
  reloadCertificate(): Promise<void>;
  /**
   * Stops it: not ready, then calls are still served for the drain delay; then no new connections, streams end one after
   * the other with the place to resume from, running calls finish, the storage closes, all within the shutdown grace.
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
  /** In the place of what the memory of the machine allows. */
  readonly heldBounds?: Partial<HeldBounds>;
  /** Gives up starting when aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a server and returns once it takes calls.
 * @throws StartError, or the signal's reason; what was acquired until then has been given back.
 */
export async function startApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const { host, port, grpcPort, ops, tls, limits, adminToken, reflection, corsOrigins } = config;
  const { maxConnections, maxConnectionsPerAddress, maxConnectionAgeMs } = config;
  const { drainDelayMs, drainSpreadMs, shutdownGraceMs } = config;
  const { log = createLogger(config), timeouts, signal } = overrides;
  const stack = new CleanupStack();
  let shuttingDown = false;
  const isShuttingDown = (): boolean => shuttingDown;

  const stop = async (): Promise<boolean> => {
    shuttingDown = true;
    const failures = await stack.close(shutdownGraceMs);
    for (const { name, error } of failures) log.error({ err: error, part: name }, 'did not stop as it should');
    return failures.length === 0;
  };

  if (isAdminTokenInClear(config)) {
    const advice = `set ${flagOf('tls-cert')}, or see that something before this server encrypts`;
    log.warn({ host }, `the admin token travels in the clear to whoever listens on the way: ${advice}`);
  }
  try {
    const metrics = createMetrics({ version: readVersion(), storage: config.storage, limits });
    let whyNotReady: Unready | undefined = 'STORAGE_UNAVAILABLE';
    const probed: Probed = { whyNotReady: () => whyNotReady, scrape: () => metrics.scrape() };
    const opsAddress = ops && (await openOps(ops, probed, { log, timeouts, stack }));

    const tracing = await openTracing(config, log);
    stack.push('traces', async (remainingMs) => tracing?.close(remainingMs));
    const certificate = tls && (await openCertificate(tls, { log, clock: overrides.clock ?? systemClock() }));
    stack.push('certificate', async () => certificate?.close());
    const observers = { log, meter: metrics.batches, tracer: tracing?.requests };
    const open = (): Promise<Storage> => OPEN_STORAGE[config.storage](config, observers);
    const opened =
      overrides.storage ??
      (await reachStorage(open, { log, signal }).catch((error: unknown) => {
        throw storageError(error, config.storage);
      }));
    const storage = metrics.measured(tracing?.traced(opened) ?? opened);
    stack.push('storage', () => storage.close());
    const clock = overrides.clock ?? (await startClock(config, storage, log, stack));
    stack.push('house-keeping', startHousekeeping({ storage, clock, log }));

    const rateLimits = new RateLimits({ rates: config.rates, storage, clock, log });
    stack.push('rate limits', () => rateLimits.close());
    const addresses = new CallerAddresses(config.trustedProxies);
    metrics.readStatsBy(() => storage.getStats({ now: clock.now() }));

    const maxStreamAgeMs = maxConnectionAgeMs || undefined;
    const live = createLiveHub({ storage, clock, limits, log, maxStreamAgeMs, meter: metrics.live });
    const service = createService({
      storage,
      live,
      clock,
      limits,
      rateLimits,
      log,
      isShuttingDown,
      adminToken,
      meter: metrics.calls,
    });
    const forOperators = adminToken !== undefined;
    const heldBytes = { ...heldBounds(availableMemoryBytes()), ...overrides.heldBounds };
    const held = { arriving: new HeldBytes(heldBytes.arriving), untaken: new HeldBytes(heldBytes.untaken) };
    const grpc = createGrpcServer({
      service,
      limits,
      held,
      addresses,
      forOperators,
      reflection,
      maxConnectionAgeMs,
      onRefused: (code) => metrics.refusals('grpc', code),
      tracer: tracing?.calls,
    });
    const http = await createHttpServer({
      service,
      limits,
      held,
      addresses,
      forOperators,
      corsOrigins,
      hstsMaxAgeMs: tls?.hstsMaxAgeMs ?? 0,
      probed: ops === undefined ? probed : undefined,
      onRefused: (code) => metrics.refusals('http', code),
      tracer: tracing?.calls,
    });
    const ports = await openPorts({
      address: { host, port, grpcPort },
      bounds: { maxConnections, maxConnectionsPerAddress, isExempt: (address) => addresses.isProxy(address) },
      http1: http,
      onHttp2: (socket) => grpc.injectConnection(socket),
      refusals: { 'http/1.1': http.misdirected, 'http/2': grpc.misdirected },
      clearRefusals: { 'http/1.1': http.unencrypted, 'http/2': grpc.unencrypted },
      crowdedRefusals: { 'http/1.1': http.crowded, 'http/2': grpc.crowded },
      certificate,
      timeouts: { maxAgeMs: maxConnectionAgeMs || Infinity, ...timeouts },
      log,
      meter: metrics.connections,
    });
    stack.push('connections', async (remainingMs) => {
      const graceMs = remainingMs * CONNECTIONS_SHARE;
      const cut = setTimeout(() => log.warn({ graceMs }, 'cutting the connections that have not ended'), graceMs);
      // First of all clients are told to go elsewhere: who comes back after the end of a stream knows by then. Streams are
      // running calls, for which both servers wait.
      const patienceMs = Math.min(drainDelayMs, MAX_PATIENCE_MS);
      const spreadMs = Math.min(drainSpreadMs, remainingMs * MAX_SPREAD_SHARE);
      await Promise.all([ports.close(graceMs, patienceMs), grpc.shutdown(graceMs), live.shutdown(spreadMs)]);
      clearTimeout(cut);
    });

    let draining = false;
    const readiness = startReadiness({
      storage,
      log,
      onChange: (ready) => {
        grpc.setServing(ready);
        metrics.setReady(ready);
        whyNotReady = ready ? undefined : draining ? 'SHUTTING_DOWN' : 'STORAGE_UNAVAILABLE';
      },
    });
    stack.push('readiness', () => readiness.close());

    let closing: Promise<boolean> | undefined;
    const close = async (): Promise<boolean> => {
      draining = true;
      readiness.shutDown();
      ports.windDown();
      await delay(drainDelayMs);
      return stop();
    };
    return {
      address: { ...ports.address, ops: opsAddress },
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

/** Opens the operators' port, first and to be closed last: whoever watches over this instance sees all of its life. */
async function openOps(
  address: Address,
  probed: Probed,
  { log, timeouts, stack }: Pick<ListenerSettings, 'log' | 'timeouts'> & { readonly stack: CleanupStack },
): Promise<Address> {
  const http1 = await createOpsServer({ probed, onFailure: (error) => failed({ log, newId }, undefined, error) });
  const refusals = { 'http/1.1': '', 'http/2': misdirectedConnection() };
  const port = await openOpsPort(address, http1, { refusals, timeouts, log });
  stack.push('ops port', (remainingMs) => port.close(remainingMs));
  return port.address;
}

/** Instances that share a storage share its time. */
async function startClock(config: Config, storage: Storage, log: Log, stack: CleanupStack): Promise<Clock> {
  if (config.storage === 'memory') return systemClock();
  const { clock, stop } = await followStorageClock(storage, log).catch((error: unknown) => {
    throw storageError(error, config.storage);
  });
  stack.push('clock', stop);
  return clock;
}

/** What a storage needs and the command line sees to. @throws StartError */
function needed<T>(part: T | undefined, setting: string): T {
  if (part === undefined) throw new StartError(`this storage needs ${flagOf(setting)} (${variableOf(setting)})`);
  return part;
}

/**
 * Migrates the storage without serving from it.
 * @returns every migration that this program knows, as it is afterwards. @throws StartError
 */
export async function migrateStorage(
  { postgres }: Config,
  direction: MigrateDirection,
  log: StorageLog,
): Promise<readonly MigrationStatus[]> {
  const { url, directUrl = url, schema } = needed(postgres, 'postgres-url');
  const { migratePostgres } = await import('./storage/postgres/migrate.ts');
  return migratePostgres({ url: directUrl, schema, log }, direction).catch((error: unknown) => {
    throw storageError(error, 'postgres');
  });
}

/** The whole server on a port of its own, with the limits and the clock that a test wants. */

import { readFileSync } from 'node:fs';
import { startApp } from '../../src/app.ts';
import type { Config } from '../../src/config/config.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/domain/limits.ts';
import { NO_RATES, type Rates } from '../../src/domain/rates.ts';
import type { HeldBounds } from '../../src/lifecycle/memory-rule.ts';
import type { Timeouts } from '../../src/lifecycle/timeouts.ts';
import type { Clock } from '../../src/service/clock.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { GrpcClient } from './grpc-client.ts';
import { recordedLog } from './recorded-log.ts';
import { testConfig } from './test-config.ts';

/** What a test may want otherwise. */
export interface TestAppOptions {
  readonly limits?: Partial<Limits>;
  /** Without it, calls may come as fast as they like. */
  readonly rates?: Partial<Rates>;
  readonly config?: Partial<Omit<Config, 'limits' | 'rates'>>;
  readonly clock?: Clock;
  readonly timeouts?: Partial<Timeouts>;
  readonly heldBounds?: Partial<HeldBounds>;
  /** In the place of the configured one; closed with the server. */
  readonly storage?: Storage;
}

/** A running server. */
export interface TestApp {
  readonly port: number;
  /** The same as `port`, unless gRPC has its own. */
  readonly grpcPort: number;
  /** The same as `port`, unless operators have their own. */
  readonly opsPort: number;
  /** A client of it that is closed with it. */
  readonly client: GrpcClient;
  /** One more client, on a connection of its own. */
  connect(): GrpcClient;
  /** The lines logged so far. */
  readonly logLines: readonly string[];
  /** The same lines with all their fields. */
  readonly fullLogLines: readonly string[];
  /** Reads the certificate again, as SIGHUP has it. */
  reloadCertificate(): Promise<void>;
  /** Stops the server. @returns whether it stopped in time. */
  stop(): Promise<boolean>;
  /** Closes the clients and stops the server. */
  close(): Promise<void>;
}

/** Starts a server on a free port. */
export async function startTestApp({
  limits,
  rates,
  config,
  clock,
  timeouts,
  heldBounds,
  storage,
}: TestAppOptions = {}): Promise<TestApp> {
  const log = recordedLog();
  const app = await startApp(
    testConfig({ ...config, limits: { ...DEFAULT_LIMITS, ...limits }, rates: { ...NO_RATES, ...rates } }),
    {
      log,
      ...(clock !== undefined && { clock }),
      ...(timeouts !== undefined && { timeouts }),
      ...(heldBounds !== undefined && { heldBounds }),
      ...(storage !== undefined && { storage }),
    },
  );
  const { port, grpcPort = port, ops } = app.address;
  const trusted = config?.tls && readFileSync(config.tls.certPath);
  const clients: GrpcClient[] = [];
  const connect = (): GrpcClient => {
    const client = new GrpcClient(`127.0.0.1:${grpcPort}`, trusted);
    clients.push(client);
    return client;
  };
  return {
    port,
    grpcPort,
    opsPort: ops?.port ?? port,
    client: connect(),
    connect,
    logLines: log.lines,
    fullLogLines: log.fullLines,
    reloadCertificate: () => app.reloadCertificate(),
    stop: () => app.close(),
    close: async () => {
      for (const client of clients) client.close();
      await app.close();
    },
  };
}

/** The configuration of servers in tests: on a free port, with nothing that a test would only meet by chance. */

import type { Config } from '../../src/config/config.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { NO_RATES } from '../../src/domain/rates.ts';

/** A complete configuration with what a test wants otherwise. */
export function testConfig(wanted: Partial<Config> = {}): Config {
  return {
    port: 0,
    host: '127.0.0.1',
    storage: 'memory',
    reflection: true,
    corsOrigins: [],
    limits: DEFAULT_LIMITS,
    rates: NO_RATES,
    trustedProxies: [],
    maxConnections: 0,
    maxConnectionsPerAddress: 0,
    drainDelayMs: 0,
    drainSpreadMs: 0,
    maxConnectionAgeMs: 0,
    shutdownGraceMs: 5_000,
    logLevel: 'info',
    logFormat: 'json',
    ...wanted,
  };
}

/** The settings as the server uses them: typed, complete, unchanging. */

import type { Network } from '../domain/caller-network.ts';
import type { Limits } from '../domain/limits.ts';
import { NO_RATES, type Rate, type Rates } from '../domain/rates.ts';
import type { Origins } from './origins.ts';
import { NONE } from './setting.ts';
import type { ServerSettings } from './settings.ts';

export interface Config {
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  /** Of gRPC alone; 0: any free one. Without one, gRPC is served on `port`. */
  readonly grpcPort?: number | undefined;
  /** Where metrics and health are served in the clear, and only there; port 0: any free one. Without it, on `port`. */
  readonly ops?: { readonly host: string; readonly port: number } | undefined;
  /** The files of the certificate. Without them nothing is encrypted. */
  readonly tls?: TlsConfig | undefined;
  readonly storage: 'memory' | 'redis' | 'postgres';
  /** There if its URL is. */
  readonly redis?: RedisConfig | undefined;
  /** There if its URL is. */
  readonly postgres?: PostgresConfig | undefined;
  /** What operators show. Without one there are no calls for them. */
  readonly adminToken?: string | undefined;
  readonly reflection: boolean;
  /** Of other servers' web pages that may call. */
  readonly corsOrigins: Origins;
  readonly limits: Limits;
  /** Open at one time on this instance; 0: no limit. */
  readonly maxConnections: number;
  /** Of these, from one address. */
  readonly maxConnectionsPerAddress: number;
  readonly rates: Rates;
  /** Whose word is taken for where a call comes from. */
  readonly trustedProxies: readonly Network[];
  /** How long calls are still served after a signal to stop. */
  readonly drainDelayMs: number;
  /** How long everything may take to finish after that. */
  readonly shutdownGraceMs: number;
  /** Over what part of it streams are ended, at most. */
  readonly drainSpreadMs: number;
  /** How old connections and streams may become; 0: as old as they like. */
  readonly maxConnectionAgeMs: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly logFormat: 'auto' | 'json' | 'pretty';
  /** Where traces go, and which share of those that begin here; absent: nothing is traced. */
  readonly tracing?: { readonly endpoint: string; readonly sampleRatio: number } | undefined;
}

/** The files of TLS. */
interface TlsConfig {
  readonly certPath: string;
  readonly keyPath: string;
  /** Of the authorities of clients; absent: clients need no certificate. */
  readonly clientCaPath?: string | undefined;
  /** For how long browsers are told to come by TLS only; 0 or absent: they are not. */
  readonly hstsMaxAgeMs?: number;
}

/** Where Redis is, and how it is used. */
interface RedisConfig {
  /** Several are the nodes of one cluster. */
  readonly urls: readonly string[];
  /** Begins every key. */
  readonly prefix: string;
  /** Whether to start although its eviction policy may lose chats. */
  readonly allowEviction: boolean;
  /** For rediss:// URLs. */
  readonly tls?: {
    readonly caPath: string | undefined;
    readonly certPath: string | undefined;
    readonly keyPath: string | undefined;
  };
}

/** Where PostgreSQL is, and how it is used. */
interface PostgresConfig {
  readonly url: string;
  /** Past a pooler, for listening and migrations; absent: `url`. */
  readonly directUrl: string | undefined;
  /** Holds every table. */
  readonly schema: string;
  /** Connections for calls. */
  readonly poolSize: number;
  /** Whether statements are prepared by name. */
  readonly preparedStatements: boolean;
}

/** Puts the values of the settings in the places where the server looks for them. */
export function toConfig(settings: ServerSettings): Config {
  return Object.freeze({
    port: settings.port,
    host: settings.host,
    grpcPort: settings['grpc-port'],
    ops: toOps(settings),
    tls: toTls(settings),
    storage: settings.storage,
    redis: toRedisConfig(settings),
    postgres: toPostgresConfig(settings),
    adminToken: settings['admin-token'],
    reflection: settings.reflection,
    corsOrigins: settings['cors-origins'] ?? [],
    limits: Object.freeze({
      maxUsers: settings['max-users'],
      maxChats: settings['max-chats'],
      maxChatsPerUser: settings['max-chats-per-user'],
      maxChatSize: settings['max-chat-size'],
      sessionTtlMs: settings['session-ttl'],
      maxChatTtlMs: settings['max-chat-ttl'],
      maxMessageLength: settings['max-message-length'],
      maxStreamsPerSession: settings['max-streams-per-session'],
    }),
    maxConnections: settings['max-connections'],
    maxConnectionsPerAddress: settings['max-connections-per-address'],
    rates: toRates(settings),
    trustedProxies: settings['trusted-proxies'] ?? [],
    drainDelayMs: settings['drain-delay'],
    shutdownGraceMs: settings['shutdown-grace'],
    drainSpreadMs: settings['drain-spread'],
    maxConnectionAgeMs: settings['max-connection-age'],
    logLevel: settings['log-level'],
    logFormat: settings['log-format'],
    tracing: toTracing(settings),
  });
}

function toOps({ 'ops-port': port, 'ops-host': host, host: usualHost }: ServerSettings): Config['ops'] {
  return port === undefined ? undefined : Object.freeze({ host: host ?? usualHost, port });
}

/** Both or none are set: `SETTING_RULES` has it so. */
function toTls(settings: ServerSettings): Config['tls'] {
  const { 'tls-cert': certPath, 'tls-key': keyPath, 'tls-client-ca': clientCaPath } = settings;
  if (certPath === undefined || keyPath === undefined) return undefined;
  return Object.freeze({ certPath, keyPath, clientCaPath, hstsMaxAgeMs: settings['hsts-max-age'] });
}

function toTracing({
  'otlp-endpoint': endpoint,
  'trace-sample-ratio': sampleRatio,
}: ServerSettings): Config['tracing'] {
  return endpoint === undefined ? undefined : Object.freeze({ endpoint, sampleRatio });
}

function toRates(settings: ServerSettings): Rates {
  if (!settings['rate-limits']) return NO_RATES;
  return Object.freeze({
    session: toRate(settings['session-rate']),
    address: toRate(settings['address-rate']),
    sessionCreation: toRate(settings['session-create-rate']),
    chatCreation: toRate(settings['chat-create-rate']),
  });
}

function toRate(rate: Rate | typeof NONE): Rate | undefined {
  return rate === NONE ? undefined : rate;
}

function toRedisConfig(settings: ServerSettings): RedisConfig | undefined {
  const urls = settings['redis-url'];
  if (urls === undefined) return undefined;
  return Object.freeze({
    urls,
    prefix: settings['redis-prefix'],
    allowEviction: settings['redis-allow-eviction'],
    tls: Object.freeze({
      caPath: settings['redis-tls-ca'],
      certPath: settings['redis-tls-cert'],
      keyPath: settings['redis-tls-key'],
    }),
  });
}

function toPostgresConfig(settings: ServerSettings): PostgresConfig | undefined {
  const url = settings['postgres-url'];
  if (url === undefined) return undefined;
  return Object.freeze({
    url,
    directUrl: settings['postgres-direct-url'],
    schema: settings['postgres-schema'],
    poolSize: settings['postgres-pool-size'],
    preparedStatements: settings['postgres-prepared-statements'],
  });
}

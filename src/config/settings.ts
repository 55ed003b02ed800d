/** The settings of the server, one row each. */

import { DEFAULT_LIMITS, MAX_ALLOWED_MESSAGE_LENGTH, MAX_CHAT_TTL_MS, MIN_CHAT_TTL_MS } from '../domain/limits.ts';
import { originList } from './origins.ts';
import { postgresUrl, redisUrls } from './server-url.ts';
import {
  duration,
  hostName,
  matching,
  oneOf,
  path,
  pemPath,
  trueOrFalse,
  wholeNumber,
  type SettingTable,
  type SettingValues,
} from './setting.ts';

/** 0 is no limit. */
const count = wholeNumber({ min: 0, max: 1_000_000_000 });
const lifetime = duration({ min: MIN_CHAT_TTL_MS, max: MAX_CHAT_TTL_MS });
const UP_TO_AN_HOUR = { min: 0, max: 3_600_000 };

/** Every setting by the name of its flag, in the order in which they are shown. */
export const SETTINGS = {
  port: {
    group: 'Server',
    kind: wholeNumber({ min: 0, max: 65_535 }),
    default: 8080,
    description: 'the one port for everything, unless gRPC has its own; 0 takes any that is free',
  },
  host: {
    group: 'Server',
    kind: hostName(),
    default: '127.0.0.1',
    description: 'the address to listen on; 0.0.0.0 is every IPv4 address, :: every address',
  },
  'grpc-port': {
    group: 'Server',
    kind: wholeNumber({ min: 0, max: 65_535 }),
    default: undefined,
    description: 'a port for gRPC alone, which --port then refuses; 0 takes any that is free',
  },
  'tls-cert': {
    group: 'Server',
    kind: pemPath(),
    default: undefined,
    description: 'the certificate and those that vouch for it; with it every port speaks TLS only',
  },
  'tls-key': {
    group: 'Server',
    kind: pemPath(),
    default: undefined,
    description: 'the private key of the certificate, without a passphrase',
  },
  storage: {
    group: 'Server',
    kind: oneOf('memory', 'redis', 'postgres'),
    default: 'memory',
    description:
      'where everything is kept; memory: nothing over a restart, redis and postgres: shared by any number of instances',
  },
  reflection: {
    group: 'Server',
    kind: trueOrFalse(),
    default: true,
    description: 'whether gRPC clients may ask for the contract (server reflection)',
  },
  'cors-origins': {
    group: 'Server',
    kind: originList(),
    default: undefined,
    description: 'the origins of web pages that may call the HTTP API, besides those of this server; * is every one',
  },
  config: {
    group: 'Server',
    kind: path(),
    default: undefined,
    description: 'a YAML file of settings, its keys named like the flags; not itself a key of the file',
  },
  'max-users': {
    group: 'Limits',
    kind: count,
    default: DEFAULT_LIMITS.maxUsers,
    description: 'live sessions at one time, over all instances; 0: no limit',
  },
  'max-chats': {
    group: 'Limits',
    kind: count,
    default: DEFAULT_LIMITS.maxChats,
    description: 'open chats at one time, over all instances; 0: no limit',
  },
  'max-chats-per-user': {
    group: 'Limits',
    kind: count,
    default: DEFAULT_LIMITS.maxChatsPerUser,
    description: 'open chats that one user may have created; 0: no limit',
  },
  'max-chat-size': {
    group: 'Limits',
    kind: count,
    default: DEFAULT_LIMITS.maxChatSize,
    description: 'most messages that one chat may keep; 0: no limit',
  },
  'max-message-length': {
    group: 'Limits',
    kind: wholeNumber({ min: 1, max: MAX_ALLOWED_MESSAGE_LENGTH }),
    default: DEFAULT_LIMITS.maxMessageLength,
    description: 'characters (Unicode code points) in one message',
  },
  'max-streams-per-session': {
    group: 'Limits',
    kind: count,
    default: DEFAULT_LIMITS.maxStreamsPerSession,
    description: 'open streams and waits of one session on one instance; 0: no limit',
  },
  'session-ttl': {
    group: 'Limits',
    kind: lifetime,
    default: DEFAULT_LIMITS.sessionTtlMs,
    description: 'how long an inactive session lives',
  },
  'max-chat-ttl': {
    group: 'Limits',
    kind: lifetime,
    default: DEFAULT_LIMITS.maxChatTtlMs,
    description: 'longest chat lifetime that may be asked for, also given to chats that ask for none',
  },
  'redis-url': {
    group: 'Redis',
    kind: redisUrls(),
    default: undefined,
    secret: true,
    description: 'the server, or several nodes of one cluster',
  },
  'redis-prefix': {
    group: 'Redis',
    kind: matching('name', /^[\w.:-]{1,64}$/, 'up to 64 letters, digits and any of _ - . :'),
    default: 'veche',
    description: 'the beginning of every key, so that one Redis can be shared',
  },
  'redis-allow-eviction': {
    group: 'Redis',
    kind: trueOrFalse(),
    default: false,
    description: 'whether to start although its maxmemory-policy may silently delete chats',
  },
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
  'drain-delay': {
    group: 'Stopping',
    kind: duration(UP_TO_AN_HOUR),
    default: 0,
    description: 'after a signal to stop: how long calls are still served while the server says that it is not ready',
  },
  'shutdown-grace': {
    group: 'Stopping',
    kind: duration({ ...UP_TO_AN_HOUR, min: 1_000 }),
    default: 10_000,
    description: 'after the drain delay: how long running calls may take to finish',
  },
  'log-level': {
    group: 'Logs',
    kind: oneOf('debug', 'info', 'warn', 'error'),
    default: 'info',
    description: 'the least important lines that are logged',
  },
  'log-format': {
    group: 'Logs',
    kind: oneOf('auto', 'json', 'pretty'),
    default: 'auto',
    description: 'JSON lines, or lines for people; auto is pretty on a terminal',
  },
} as const satisfies SettingTable;

/** The value of every setting. */
export type ServerSettings = SettingValues<typeof SETTINGS>;

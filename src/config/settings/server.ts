/** Where the server listens and how it is reached. */

import { originList } from '../origins.ts';
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
} from '../setting.ts';

const DAY_MS = 86_400_000;

export const SERVER_SETTINGS = {
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
  'tls-client-ca': {
    group: 'Server',
    kind: pemPath(),
    default: undefined,
    description: 'the authorities one of which must vouch for the certificate of every client (mutual TLS)',
  },
  'hsts-max-age': {
    group: 'Server',
    kind: duration({ min: 0, max: 730 * DAY_MS }),
    default: 0,
    description:
      'for how long browsers are told to come to this host name by TLS only, on every port; 0s does not tell them',
  },
  storage: {
    group: 'Server',
    kind: oneOf('memory', 'redis', 'postgres'),
    default: 'memory',
    description:
      'where everything is kept; memory: nothing over a restart, redis and postgres: shared by any number of instances',
  },
  'admin-token': {
    group: 'Server',
    kind: matching('token', /^[\x21-\x7E]{16,256}$/, '16 to 256 visible ASCII characters without spaces'),
    default: undefined,
    secret: true,
    description: 'what operators show to list and end every session and chat; without it there are no such calls',
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
} as const satisfies SettingTable;

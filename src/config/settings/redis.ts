/** Where Redis is, and how it is used. */

import { redisUrls } from '../server-url.ts';
import { matching, pemPath, trueOrFalse, type SettingTable } from '../setting.ts';

export const REDIS_SETTINGS = {
  'redis-url': {
    group: 'Redis',
    kind: redisUrls(),
    default: undefined,
    secret: true,
    description: 'the server, or several nodes of one cluster',
  },
  'redis-tls-ca': {
    group: 'Redis',
    kind: pemPath(),
    default: undefined,
    description: 'the authorities that vouch for it, instead of those that Node.js trusts; for rediss://',
  },
  'redis-tls-cert': {
    group: 'Redis',
    kind: pemPath(),
    default: undefined,
    description: 'the certificate to show to it; for rediss://',
  },
  'redis-tls-key': {
    group: 'Redis',
    kind: pemPath(),
    default: undefined,
    description: 'the private key of that certificate, without a passphrase',
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
} as const satisfies SettingTable;

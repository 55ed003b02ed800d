/** Where Redis is, and how it is used. */

import { redisUrls } from '../server-url.ts';
import { matching, trueOrFalse, type SettingTable } from '../setting.ts';

export const REDIS_SETTINGS = {
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
} as const satisfies SettingTable;

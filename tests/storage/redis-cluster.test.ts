/** The Redis storage keeps what every storage must keep, on a cluster of three servers. */

import { randomUUID } from 'node:crypto';
import { afterAll } from 'vitest';

import { describeStorage } from '../../src/storage/conformance/describe-storage.ts';
import { openRedisStorage } from '../../src/storage/redis/open-redis-storage.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { startRedisCluster } from '../support/servers/redis-server.ts';

const redis = await startRedisCluster();
afterAll(() => redis.close());

describeStorage('Redis Cluster', async () => {
  const options = { urls: redis.url.split(','), prefix: randomUUID(), allowEviction: false, log: recordedLog() };
  const handles = [await openRedisStorage(options), await openRedisStorage(options)] as const;
  return {
    handles,
    close: async () => {
      for (const handle of handles) await handle.close();
    },
  };
});

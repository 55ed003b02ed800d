/** Redis answers like memory, call by call, whatever comes in which order and however time passes. */

import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';

import { range } from '../../src/storage/conformance/answers.ts';
import { compareStorages } from '../../src/storage/conformance/compare-storages.ts';
import { openMemoryStorage } from '../../src/storage/memory/open-memory-storage.ts';
import { openRedisStorage } from '../../src/storage/redis/open-redis-storage.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { startRedis } from '../support/servers/redis-server.ts';

const redis = await startRedis();
afterAll(() => redis.close());

describe('Redis compared with memory', () => {
  for (const seed of range(101, 125)) {
    const sweepSecond = seed % 2 === 0;
    test(`answers alike through 400 random calls, ${sweepSecond ? 'swept all the time' : 'never swept'} (seed ${seed})`, async () => {
      const options = { urls: [redis.url], prefix: randomUUID(), allowEviction: false, log: recordedLog() };
      const storage = await openRedisStorage(options);
      const outcomes = await compareStorages(openMemoryStorage(), storage, seed, 400, { sweepSecond });
      expect(Object.keys(outcomes).length).toBeGreaterThan(20);
      await storage.close();
    });
  }
});

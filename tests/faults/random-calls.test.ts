/**
 * Thousands of short lives of a storage, each another random sequence of calls under a moving clock, answered as memory does.
 * Every run plays others; the seed that is printed brings them back: `SEQUENCES_SEED=… make test-faults`.
 */

import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { range } from '../../src/storage/conformance/answers.ts';
import { compareStorages } from '../../src/storage/conformance/compare-storages.ts';
import { openMemoryStorage } from '../../src/storage/memory/open-memory-storage.ts';
import { openRedisStorage } from '../../src/storage/redis/open-redis-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { PostgresSchemas } from '../support/postgres-schemas.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { startPostgres } from '../support/servers/postgres-server.ts';
import { startRedis, startRedisCluster, type TestRedis } from '../support/servers/redis-server.ts';

const SEQUENCES = 1_000;
const STEPS = 60;
const FIRST_SEED = Number(process.env['SEQUENCES_SEED'] ?? randomInt(2 ** 31 - SEQUENCES));

/** Fresh data, which nobody has used before. */
interface Fresh {
  readonly storage: Storage;
  readonly close: () => Promise<void>;
}

const releases: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const release of releases.toReversed()) await release();
});

test.each<[string, () => Promise<() => Promise<Fresh>>]>([
  ['Redis', () => onRedis(startRedis)],
  ['Redis Cluster', () => onRedis(startRedisCluster)],
  ['PostgreSQL', onPostgres],
])(
  `%s answers like memory through ${SEQUENCES} random sequences`,
  async (name, start) => {
    console.log(`${name}: SEQUENCES_SEED=${FIRST_SEED}`);
    const open = await start();
    const seen = new Set<string>();
    for (const seed of range(FIRST_SEED, FIRST_SEED + SEQUENCES - 1)) {
      const { storage, close } = await open();
      const options = { sweepSecond: seed % 2 === 0 };
      const outcomes = await compareStorages(openMemoryStorage(), storage, seed, STEPS, options);
      for (const outcome of Object.keys(outcomes)) seen.add(outcome);
      await close();
    }
    // Refusals of every kind among them: a sequence that only meets closed doors would show nothing.
    expect(seen.size).toBeGreaterThan(35);
  },
  600_000,
);

async function onRedis(start: () => Promise<TestRedis>): Promise<() => Promise<Fresh>> {
  const { url, close } = await start();
  releases.push(close);
  return async () => {
    const options = { urls: url.split(','), prefix: randomUUID(), allowEviction: false, log: recordedLog() };
    const storage = await openRedisStorage(options);
    return { storage, close: () => storage.close() };
  };
}

async function onPostgres(): Promise<() => Promise<Fresh>> {
  const server = await startPostgres();
  releases.push(() => server.close());
  const schemas = await PostgresSchemas.connect(server.url);
  releases.push(() => schemas.close());
  return async () => {
    const opened = await schemas.openPair();
    return { storage: opened.handles[0], close: () => opened.close() };
  };
}

/** The storage on PostgreSQL answers like memory: random calls, a moving clock, house-keeping at any moment. */

import { afterAll, describe, expect, test } from 'vitest';

import { range } from '../../src/storage/conformance/answers.ts';
import { compareStorages } from '../../src/storage/conformance/compare-storages.ts';
import { createMemoryData } from '../../src/storage/memory/memory-data.ts';
import { openMemoryStorage } from '../../src/storage/memory/open-memory-storage.ts';
import { PostgresSchemas } from '../support/postgres-schemas.ts';
import { startPostgres } from '../support/servers/postgres-server.ts';

const STEPS = 400;
const server = await startPostgres();
const schemas = await PostgresSchemas.connect(server.url);

describe('the postgres storage beside memory', () => {
  for (const sweepSecond of [false, true]) {
    for (const seed of range(101, 115)) {
      test(`answers alike${sweepSecond ? ' while it is swept' : ''} (seed ${seed})`, async () => {
        const opened = await schemas.openPair();
        const memory = openMemoryStorage(createMemoryData());
        const outcomes = await compareStorages(memory, opened.handles[0], seed, STEPS, { sweepSecond });
        expect(outcomes).toHaveProperty(['postMessage: answered']);
        await opened.close();
      });
    }
  }
});

afterAll(async () => {
  await schemas.close();
  await server.close();
});

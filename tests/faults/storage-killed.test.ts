/** The storage itself is killed under load and started again: what was acknowledged is there. */

import { afterEach, expect, test } from 'vitest';
import { findFaults } from './support/find-faults.ts';
import { Fleet } from './support/fleet.ts';
import { Load } from './support/load.ts';
import { STORAGES } from './support/storages.ts';

const KILLS = 3;
const POSTS_BETWEEN = 1_000;

const closing: { readonly close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each.close();
});

test.each(STORAGES)('kill -9 of %s under load loses nothing that was acknowledged', async (name, start) => {
  const storage = await start();
  closing.push(storage);
  const fleet = await Fleet.start(storage.env);
  closing.push(fleet);
  const load = await Load.begin(fleet);
  for (let kill = 0; kill < KILLS; kill++) {
    await load.more(POSTS_BETWEEN);
    await storage.server.kill();
    await storage.server.start();
  }
  await load.more(POSTS_BETWEEN);
  await load.stop();
  expect(await findFaults(load)).toStrictEqual([]);
  expect(load.retries).toBeGreaterThan(0);
  console.log(`${name}, killed ${KILLS} times: ${load.summary}; nothing missing, twice or out of order`);
});

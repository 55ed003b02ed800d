/** An instance is killed while everybody posts and reads: nobody loses anything. */

import { afterEach, expect, test } from 'vitest';
import { findFaults } from './support/find-faults.ts';
import { Fleet } from './support/fleet.ts';
import { Load } from './support/load.ts';
import { STORAGES } from './support/storages.ts';

const KILLS = 10;
const POSTS_BETWEEN = 400;

const closing: { readonly close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each.close();
});

test.each(STORAGES)(
  'kill -9 of one of two instances, ten times under load on %s, loses, repeats and reorders nothing',
  async (name, start) => {
    const storage = await start();
    closing.push(storage);
    const fleet = await Fleet.start(storage.env);
    closing.push(fleet);
    const load = await Load.begin(fleet);
    for (let kill = 0; kill < KILLS; kill++) {
      await load.more(POSTS_BETWEEN);
      await fleet.kill(kill);
      // What the other one takes alone meanwhile counts too.
      await load.more(POSTS_BETWEEN);
      await load.rest(fleet.restart(kill));
    }
    await load.more(POSTS_BETWEEN);
    await load.stop();
    expect(await findFaults(load)).toStrictEqual([]);
    expect(load.retries).toBeGreaterThan(0);
    console.log(`${name}, ${KILLS} instances killed: ${load.summary}; nothing missing, twice or out of order`);
  },
);

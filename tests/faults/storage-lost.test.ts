/** The storage is lost under load: an instance says so within 3 seconds, lives on, and says within 3 seconds that it is back. */

import { afterEach, describe, expect, test } from 'vitest';
import { HealthClient } from '../support/health-client.ts';
import type { TemporaryServer } from '../support/servers/temporary-server.ts';
import { findFaults } from './support/find-faults.ts';
import { Fleet } from './support/fleet.ts';
import { Load } from './support/load.ts';
import { STORAGES } from './support/storages.ts';

/** What operators are promised, by whom the bound is part of the contract. */
const PROMISED_MS = 3_000;
const POSTS = 500;

const closing: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each.close();
});

interface Loss {
  readonly lose: (server: TemporaryServer) => unknown;
  readonly restore: (server: TemporaryServer) => unknown;
}

/** The ways in which a storage is lost: it says nothing any more, or it is gone. */
const LOSSES: readonly (readonly [name: string, loss: Loss])[] = [
  ['frozen', { lose: (server) => server.freeze(), restore: (server) => server.thaw() }],
  ['killed', { lose: (server) => server.kill(), restore: (server) => server.start() }],
];

describe.each(STORAGES)('%s', (storageName, start) => {
  test.each(LOSSES)(
    'that is %s is told of in time, and so is its return; nothing is lost',
    async (way, { lose, restore }) => {
      const storage = await start();
      closing.push(storage);
      const fleet = await Fleet.start(storage.env, 1);
      closing.push(fleet);
      const [port = 0] = fleet.ports;
      const load = await Load.begin(fleet);
      const health = new HealthClient(port);
      closing.push(health);
      const watch = health.watch('');
      expect(await watch.next()).toBe('SERVING');
      await load.more(POSTS);
      expect(await probe(port, 'readyz')).toBe(200);

      const lostAt = performance.now();
      await lose(storage.server);
      expect(await watch.next()).toBe('NOT_SERVING');
      const toldMs = performance.now() - lostAt;
      expect(await probe(port, 'readyz')).toBe(503);
      expect(await probe(port, 'healthz')).toBe(200);

      await restore(storage.server);
      const backAt = performance.now();
      expect(await watch.next()).toBe('SERVING');
      const backMs = performance.now() - backAt;
      expect(await probe(port, 'readyz')).toBe(200);

      await load.more(POSTS);
      await load.stop();
      expect(await findFaults(load)).toStrictEqual([]);
      expect(toldMs).toBeLessThan(PROMISED_MS);
      expect(backMs).toBeLessThan(PROMISED_MS);
      console.log(
        `${storageName} ${way}: told after ${Math.round(toldMs)} ms, back after ${Math.round(backMs)} ms; ${load.summary}; nothing lost`,
      );
    },
  );
});

/** The status that a probe is answered with. */
async function probe(port: number, path: 'readyz' | 'healthz'): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/${path}`);
  await response.arrayBuffer();
  return response.status;
}

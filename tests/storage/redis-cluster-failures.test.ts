/** A node of a Redis Cluster fails under the storage, which goes on by itself when the node is back. */

import { randomUUID } from 'node:crypto';

import { afterEach, describe, expect, test } from 'vitest';

import { accepted, range } from '../../src/storage/conformance/answers.ts';
import { Handle } from '../../src/storage/conformance/handle.ts';
import { MovedClock } from '../../src/storage/conformance/moved-clock.ts';
import { idSource } from '../../src/storage/conformance/scene.ts';
import { watchOn } from '../../src/storage/conformance/watch-on.ts';
import { openRedisStorage } from '../../src/storage/redis/open-redis-storage.ts';
import { StorageUnavailableError } from '../../src/storage/storage.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { type RedisNode, startRedisCluster } from '../support/servers/redis-server.ts';

/** Enough that every node has some. */
const CHATS = 24;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A cluster that loses nothing, with chats everywhere, and a handle that watches them all. */
async function start() {
  const cluster = await startRedisCluster({ appendonly: 'yes', appendfsync: 'always' });
  cleanups.push(() => cluster.close());
  const options = { urls: cluster.url.split(','), prefix: randomUUID(), allowEviction: false, log: recordedLog() };
  const storage = await openRedisStorage(options);
  cleanups.push(() => storage.close());
  const one = new Handle(storage, new MovedClock(), idSource());
  const ann = await one.newSession();
  const chats = await Promise.all(range(1, CHATS).map(() => one.newChat(ann)));
  const watches = await Promise.all(chats.map(({ id }) => watchOn(one, { chatId: id })));
  const post = (clientMessageId: string) =>
    Promise.allSettled(chats.map((chat) => accepted(one.post(ann, chat, 'x', { clientMessageId }))));
  return { storage, nodes: cluster.nodes, watches, post };
}

/** Does it until it is done; only the node that is away may be the reason why not. */
async function untilDone(work: () => Promise<readonly PromiseSettledResult<unknown>[]>): Promise<void> {
  for (;;) {
    const outcomes = await work();
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    if (failures.length === 0) return;
    for (const failure of failures) expect(failure).toBeInstanceOf(StorageUnavailableError);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

type Change = (node: RedisNode) => Promise<void>;
const FAILURES: readonly [name: string, fail: Change, recover: Change][] = [
  ['killed and started again', ({ server }) => server.kill(), ({ server }) => server.start()],
  ['frozen and thawed', async ({ server }) => server.freeze(), async ({ server }) => server.thaw()],
];

describe('a node of the cluster', () => {
  test.each(FAILURES)('that is %s is used and listened to again', async (_name, fail, recover) => {
    const { storage, nodes, watches, post } = await start();
    const [node] = nodes as [RedisNode];
    await fail(node);
    await expect(storage.ping()).rejects.toThrow(StorageUnavailableError);
    const outcomes = await post('while it is away');
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    await recover(node);
    await untilDone(() => post('while it is away'));
    // The first time whoever listens again is woken in any case.
    for (const clientMessageId of ['when it is back', 'later']) {
      const woken = watches.map((watch) => watch.nextWake());
      await untilDone(() => post(clientMessageId));
      await Promise.all(woken);
    }
    for (const watch of watches) watch.stop();
  });
});

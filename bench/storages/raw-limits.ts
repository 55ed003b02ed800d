/**
 * How many posts each storage takes at its interface, beside what its server takes at most of the same callers: Redis, plain
 * appends to streams through the same client; PostgreSQL, the same statement with one post at a time, by the same connections.
 */

import { connectStandalone } from '../../src/storage/redis/redis-connection.ts';
import { TEXT } from '../load.ts';
import { compare, withGoal, type Measure } from '../measure.ts';
import type { Scale } from '../scale.ts';
import { CHATS, LOG, postingTo, repeating } from './load.ts';
import type { StorageServers } from './servers.ts';

/** How many times the posts of batches of one there are with batches. */
const BATCHES_GOAL = 3;
/** Of one post each: as many as there are connections. */
const ONE_BY_ONE = { postsPerBatch: 1, batchesInFlight: 10 };

export function measureAppends({ redis }: StorageServers, scale: Scale): Promise<Measure> {
  return redis.withStorage('appends', async (storage) => {
    const raw = await connectStandalone(redis.url, LOG);
    try {
      const append = (index: number): Promise<unknown> => {
        const stream = `stream-${index % CHATS}`;
        return raw.send(stream, ['XADD', stream, '*', 'message', TEXT]);
      };
      const sides = {
        veche: await postingTo(storage, scale.posts),
        beside: { name: 'bare XADD', ...repeating(scale.posts, append) },
      };
      return await compare('posts to the Redis storage', scale, sides, 'per second');
    } finally {
      raw.close();
    }
  });
}

export function measureBatches({ postgres }: StorageServers, scale: Scale): Promise<Measure> {
  return postgres.withStorage('batches', (batching) =>
    postgres.withStorage(
      'one_by_one',
      async (oneByOne) => {
        const sides = {
          veche: await postingTo(batching, scale.posts),
          beside: { name: 'batches of one', ...(await postingTo(oneByOne, scale.posts)) },
        };
        const measure = await compare('posts to the PostgreSQL storage', scale, sides, 'per second');
        return withGoal(measure, BATCHES_GOAL);
      },
      ONE_BY_ONE,
    ),
  );
}

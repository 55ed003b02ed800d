/** How many posts a server takes over gRPC on each storage: what they cost the server itself, and how many there are in a second. */

import { GRPC } from '../grpc/api.ts';
import { comparison, takeTurns, withGoal, type Measure } from '../measure.ts';
import { posting } from '../posting.ts';
import type { Scale } from '../scale.ts';
import { Target, withTarget } from '../target.ts';
import { CHATS } from './load.ts';
import type { StorageServers } from './servers.ts';

/** The part of the posts per CPU-second on the memory storage that are to be taken on Redis. */
const REDIS_GOAL = 0.6;

export function measureEndToEnd({ redis, postgres }: StorageServers, scale: Scale): Promise<Measure[]> {
  return withTarget(Target.veche(GRPC), (onMemory) =>
    withTarget(Target.veche(GRPC, redis.flags('bench')), (onRedis) =>
      withTarget(Target.veche(GRPC, postgres.flags('bench')), async (onPostgres) => {
        const rounds = await takeTurns(scale, {
          memory: await posting(onMemory, scale, CHATS),
          redis: await posting(onRedis, scale, CHATS),
          postgres: await posting(onPostgres, scale, CHATS),
        });
        const memory = { side: 'memory', name: 'memory' } as const;
        return [
          withGoal(comparison('gRPC posts on Redis', 'per CPU-second', rounds, 'redis', memory), REDIS_GOAL),
          comparison('gRPC posts on Redis', 'per second', rounds, 'redis', memory),
          comparison('gRPC posts on PostgreSQL', 'per CPU-second', rounds, 'postgres', memory),
          comparison('gRPC posts on PostgreSQL', 'per second', rounds, 'postgres', memory),
        ];
      }),
    ),
  );
}

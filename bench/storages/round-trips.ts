/** How often one post waits for Redis, on a server that nobody else uses. */

import { GRPC } from '../grpc/api.ts';
import { TEXT } from '../load.ts';
import type { Measure } from '../measure.ts';
import { spreadOf } from '../spread.ts';
import { Target, withTarget } from '../target.ts';
import { startRelay } from './relay.ts';
import type { StorageServers } from './servers.ts';

/** To authenticate, to post, to prolong the session. */
const GOAL = 3;
/** Into some of them a heartbeat or a report falls: the median is not theirs. */
const POSTS = 100;

export async function measureRoundTrips({ redis }: StorageServers): Promise<Measure> {
  const relay = await startRelay(redis.port);
  try {
    const flags = redis.flags('round-trips', `redis://127.0.0.1:${relay.port}`);
    return await withTarget(Target.veche(GRPC, flags), async (veche) => {
      const [token = ''] = await veche.createSessions(1);
      const call = GRPC.preparePost({ token, chatId: await veche.createChat(token), text: TEXT });
      const rounds: number[] = [];
      while (rounds.length < POSTS) {
        const before = relay.roundTrips();
        await veche.sendPrepared(1, [call]);
        rounds.push(relay.roundTrips() - before);
      }
      const figure = spreadOf(rounds);
      const goal = { text: `at most ${GOAL}`, reached: figure.median <= GOAL };
      return { name: 'a gRPC post on Redis', unit: 'round trips', figure, goal, rounds };
    });
  } finally {
    relay.close();
  }
}

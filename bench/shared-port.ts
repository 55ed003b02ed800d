/** Whether gRPC costs more on the port that it shares with HTTP than on one of its own. */

import { GRPC } from './grpc/api.ts';
import { compare, withGoal, type Measure } from './measure.ts';
import { posting } from './posting.ts';
import type { Scale } from './scale.ts';
import { Target, withTarget } from './target.ts';

/** The part of the posts per CPU-second on a port of its own: no less than what rounds differ by anyway. */
const GOAL = 0.95;

export function measureSharedPort(scale: Scale): Promise<Measure[]> {
  return withTarget(Target.veche(GRPC), (shared) =>
    withTarget(Target.vecheWithGrpcPort(GRPC), async (own) => {
      const measure = await compare('gRPC posts on the shared port', scale, {
        veche: await posting(shared, scale),
        beside: { name: 'a port of its own', ...(await posting(own, scale)) },
      });
      return [withGoal(measure, GOAL)];
    }),
  );
}

/** The handler of `StatsService`. */

import type { StatsService } from '../gen/veche/v1/stats_pb.js';
import type { Service } from '../service/service.ts';
import type { Handlers } from './adapter.ts';
import { answered } from './answered.ts';
import { writeGetStats } from './responses.ts';

/** Call the use-case, encode. */
export function statsHandlers(service: Service): Handlers<typeof StatsService> {
  return {
    async getStats(call) {
      return answered(await service.getStats(call), writeGetStats);
    },
  };
}

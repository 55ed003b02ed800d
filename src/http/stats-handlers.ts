/** The handler of the statistics. */

import type { Service } from '../service/service.ts';
import type { Handlers } from './handlers.ts';
import { answered } from './answered.ts';
import { writeGetStats } from './responses.ts';

/** Call the use-case, write. */
export function statsHandlers(service: Service): Pick<Handlers, 'getStats'> {
  return {
    async getStats(call) {
      return answered(await service.getStats(call), 200, writeGetStats);
    },
  };
}

/** The handlers of the probes. */

import { Refusal, type ErrorCode } from '../domain/errors.ts';
import type { Handlers } from './handlers.ts';

/** Why calls should not come here; absent when they should. */
export type Unready = Extract<ErrorCode, 'SHUTTING_DOWN' | 'STORAGE_UNAVAILABLE'>;

/** @param whyNotReady asked at each probe. */
export function healthHandlers(whyNotReady: () => Unready | undefined): Pick<Handlers, 'getHealth' | 'getReadiness'> {
  return {
    getHealth: () => ({ status: 200, body: { status: 'SERVING' } }),
    getReadiness: () => {
      const code = whyNotReady();
      return code === undefined ? { status: 200, body: { status: 'SERVING' } } : new Refusal(code);
    },
  };
}

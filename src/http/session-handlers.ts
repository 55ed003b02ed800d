/** The handlers of the operations on sessions. */

import type { Service } from '../service/service.ts';
import type { Handlers } from './handlers.ts';
import { answered, nothing } from './answered.ts';
import { readCreateSession, readEndSession } from './requests.ts';
import { writeCreateSession, writeGetSession } from './responses.ts';

/** Read, call the use-case, write. */
export function sessionHandlers(service: Service): Pick<Handlers, 'createSession' | 'getSession' | 'endSession'> {
  return {
    async createSession(call, request) {
      return answered(await service.createSession(call, readCreateSession(request)), 201, writeCreateSession);
    },
    async getSession(call) {
      return answered(await service.getSession(call), 200, writeGetSession);
    },
    async endSession(call, request) {
      return answered(await service.endSession(call, readEndSession(request)), 204, nothing);
    },
  };
}

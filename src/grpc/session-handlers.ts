/** The handlers of `SessionService`. */

import type { SessionService } from '../gen/veche/v1/session_pb.js';
import type { Service } from '../service/service.ts';
import type { Handlers } from './adapter.ts';
import { answered } from './answered.ts';
import { readCreateSession, readEndSession } from './requests.ts';
import { writeCreateSession, writeEndSession, writeGetSession } from './responses.ts';

/** Decode, call the use-case, encode. */
export function sessionHandlers(service: Service): Handlers<typeof SessionService> {
  return {
    async createSession(call, request) {
      return answered(await service.createSession(call, readCreateSession(request)), writeCreateSession);
    },
    async getSession(call) {
      return answered(await service.getSession(call), writeGetSession);
    },
    async endSession(call, request) {
      return answered(await service.endSession(call, readEndSession(request)), writeEndSession);
    },
  };
}

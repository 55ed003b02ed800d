/** The handlers of `AdminService`. */

import type { AdminService } from '../gen/veche/v1/admin_pb.js';
import type { Service } from '../service/service.ts';
import type { Handlers } from './adapter.ts';
import { answered } from './answered.ts';
import { readCloseAnyChat, readEndAnySession, readListAllChats, readListSessions } from './requests.ts';
import { writeCloseAnyChat, writeEndAnySession, writeListAllChats, writeListSessions } from './responses.ts';

/** Decode, call the use-case, encode. */
export function adminHandlers(service: Service): Handlers<typeof AdminService> {
  return {
    async listSessions(call, request) {
      return answered(await service.listSessions(call, readListSessions(request)), writeListSessions);
    },
    async listAllChats(call, request) {
      return answered(await service.listAllChats(call, readListAllChats(request)), writeListAllChats);
    },
    async closeAnyChat(call, request) {
      return answered(await service.closeAnyChat(call, readCloseAnyChat(request)), writeCloseAnyChat);
    },
    async endAnySession(call, request) {
      return answered(await service.endAnySession(call, readEndAnySession(request)), writeEndAnySession);
    },
  };
}

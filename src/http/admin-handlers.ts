/** The handlers of the operations for operators. */

import type { Service } from '../service/service.ts';
import type { Handlers } from './handlers.ts';
import { answered, nothing } from './answered.ts';
import { readCloseAnyChat, readEndAnySession, readListAllChats, readListSessions } from './requests.ts';
import { writeListChats, writeListSessions } from './responses.ts';

/** Read, call the use-case, write. */
export function adminHandlers(
  service: Service,
): Pick<Handlers, 'listSessions' | 'listAllChats' | 'closeAnyChat' | 'endAnySession'> {
  return {
    async listSessions(call, request) {
      return answered(await service.listSessions(call, readListSessions(request)), 200, writeListSessions);
    },
    async listAllChats(call, request) {
      return answered(await service.listAllChats(call, readListAllChats(request)), 200, writeListChats);
    },
    async closeAnyChat(call, request) {
      return answered(await service.closeAnyChat(call, readCloseAnyChat(request)), 204, nothing);
    },
    async endAnySession(call, request) {
      return answered(await service.endAnySession(call, readEndAnySession(request)), 204, nothing);
    },
  };
}

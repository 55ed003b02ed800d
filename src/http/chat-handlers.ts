/** The handlers of the operations on chats. */

import type { Service } from '../service/service.ts';
import type { Handlers } from './handlers.ts';
import { answered, nothing } from './answered.ts';
import { readCloseChat, readCreateChat, readGetChat, readListChats } from './requests.ts';
import { writeChatResponse, writeListChats } from './responses.ts';

/** Read, call the use-case, write. */
export function chatHandlers(service: Service): Pick<Handlers, 'createChat' | 'listChats' | 'getChat' | 'closeChat'> {
  return {
    async createChat(call, request) {
      return answered(await service.createChat(call, readCreateChat(request)), 201, writeChatResponse);
    },
    async listChats(call, request) {
      return answered(await service.listChats(call, readListChats(request)), 200, writeListChats);
    },
    async getChat(call, request) {
      return answered(await service.getChat(call, readGetChat(request)), 200, writeChatResponse);
    },
    async closeChat(call, request) {
      return answered(await service.closeChat(call, readCloseChat(request)), 204, nothing);
    },
  };
}

/** The handlers of `ChatService`. */

import type { ChatService } from '../gen/veche/v1/chat_pb.js';
import type { Service } from '../service/service.ts';
import type { Handlers } from './adapter.ts';
import { answered } from './answered.ts';
import { readCloseChat, readCreateChat, readGetChat, readListChats } from './requests.ts';
import { writeCloseChat, writeCreateChat, writeGetChat, writeListChats } from './responses.ts';

/** Decode, call the use-case, encode. */
export function chatHandlers(service: Service): Handlers<typeof ChatService> {
  return {
    async createChat(call, request) {
      return answered(await service.createChat(call, readCreateChat(request)), writeCreateChat);
    },
    async listChats(call, request) {
      return answered(await service.listChats(call, readListChats(request)), writeListChats);
    },
    async getChat(call, request) {
      return answered(await service.getChat(call, readGetChat(request)), writeGetChat);
    },
    async closeChat(call, request) {
      return answered(await service.closeChat(call, readCloseChat(request)), writeCloseChat);
    },
  };
}

/** The handlers of `MessageService`. */

import type { MessageService } from '../gen/veche/v1/message_pb.js';
import type { Service } from '../service/service.ts';
import type { Handlers } from './adapter.ts';
import { answered } from './answered.ts';
import { encodeFetchUnread, encodeListMessages, encodePostMessage } from './message-encoder.ts';
import {
  readFetchUnread,
  readListMessages,
  readListUnreadCounts,
  readMarkRead,
  readPostMessage,
  readSubscribe,
} from './requests.ts';
import { writeListUnreadCounts, writeMarkRead } from './responses.ts';
import { eventSink } from './stream-events.ts';

/** Decode, call the use-case, encode. */
export function messageHandlers(service: Service): Handlers<typeof MessageService> {
  return {
    async postMessage(call, request) {
      return answered(await service.postMessage(call, readPostMessage(request)), encodePostMessage);
    },
    async listMessages(call, request) {
      return answered(await service.listMessages(call, readListMessages(request)), encodeListMessages);
    },
    async fetchUnread(call, request) {
      return answered(await service.fetchUnread(call, readFetchUnread(request)), encodeFetchUnread);
    },
    async markRead(call, request) {
      return answered(await service.markRead(call, readMarkRead(request)), writeMarkRead);
    },
    async listUnreadCounts(call, request) {
      return answered(await service.listUnreadCounts(call, readListUnreadCounts(request)), writeListUnreadCounts);
    },
    subscribe(call, request, stream) {
      return service.subscribe(call, readSubscribe(request), eventSink(stream));
    },
  };
}

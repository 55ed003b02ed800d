/** The handlers of the operations on messages. */

import type { Service } from '../service/service.ts';
import type { Handlers } from './handlers.ts';
import { answered, nothing } from './answered.ts';
import {
  readFetchUnread,
  readListMessages,
  readListUnreadCounts,
  readMarkRead,
  readPostMessage,
  readSubscribe,
} from './requests.ts';
import {
  writeFetchUnread,
  writeListMessages,
  writeListUnreadCounts,
  writeMarkRead,
  writePostMessage,
} from './responses.ts';
import { eventSink } from './stream-events.ts';

type MessageHandlers = Pick<
  Handlers,
  'postMessage' | 'listMessages' | 'headMessages' | 'fetchUnread' | 'markRead' | 'listUnreadCounts' | 'subscribe'
>;

/** Read, call the use-case, write. */
export function messageHandlers(service: Service): MessageHandlers {
  return {
    async postMessage(call, request) {
      return answered(await service.postMessage(call, readPostMessage(request)), 201, writePostMessage);
    },
    async listMessages(call, request) {
      return answered(await service.listMessages(call, readListMessages(request)), 200, writeListMessages);
    },
    async headMessages(call, request) {
      const movingNothing = { ...readListMessages(request), markRead: false };
      return answered(await service.listMessages(call, movingNothing), 200, nothing);
    },
    async fetchUnread(call, request) {
      return answered(await service.fetchUnread(call, readFetchUnread(request)), 200, writeFetchUnread);
    },
    async markRead(call, request) {
      return answered(await service.markRead(call, readMarkRead(request)), 200, writeMarkRead);
    },
    async listUnreadCounts(call, request) {
      return answered(await service.listUnreadCounts(call, readListUnreadCounts(request)), 200, writeListUnreadCounts);
    },
    subscribe(call, request, stream) {
      return service.subscribe(call, readSubscribe(request), eventSink(stream));
    },
  };
}

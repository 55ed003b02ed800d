/** Puts every use-case behind its guard. */

import { CALL_DEADLINE_MS, MAX_WAIT_MS } from '../domain/limits.ts';
import { closeChat } from './close-chat.ts';
import { createChat } from './create-chat.ts';
import { createSession } from './create-session.ts';
import type { Dependencies } from './dependencies.ts';
import { endSession } from './end-session.ts';
import { fetchUnread } from './fetch-unread.ts';
import { getChat } from './get-chat.ts';
import { getStats } from './get-stats.ts';
import { guard, guardSession } from './guard.ts';
import { listChats } from './list-chats.ts';
import { listMessages } from './list-messages.ts';
import { listUnreadCounts } from './list-unread-counts.ts';
import { markRead } from './mark-read.ts';
import { newId } from './new-id.ts';
import { PageTokens } from './page-tokens.ts';
import { postMessage } from './post-message.ts';
import type { FetchUnreadRequest } from './requests.ts';
import type { Service } from './service.ts';
import { subscribe } from './subscribe.ts';

/** What a service is made from. */
export type ServiceOptions = Omit<Dependencies, 'pageTokens' | 'newId'>;

/** The service of one instance. */
export function createService(options: ServiceOptions): Service {
  const deps: Dependencies = { ...options, pageTokens: new PageTokens(options.storage.pageTokenKey), newId };
  return {
    createSession: (call, request) => guard(deps, call, () => createSession(deps, call, request)),
    getSession: (call) => guardSession(deps, call, async ({ session }) => ({ session })),
    endSession: (call, request) => guardSession(deps, call, (caller) => endSession(deps, caller, request)),
    createChat: (call, request) => guardSession(deps, call, (caller) => createChat(deps, caller, request)),
    listChats: (call, request) => guardSession(deps, call, (caller) => listChats(deps, caller, request)),
    getChat: (call, request) => guardSession(deps, call, (caller) => getChat(deps, caller, request)),
    closeChat: (call, request) => guardSession(deps, call, (caller) => closeChat(deps, caller, request)),
    postMessage: (call, request) => guardSession(deps, call, (caller) => postMessage(deps, caller, request)),
    listMessages: (call, request) => guardSession(deps, call, (caller) => listMessages(deps, caller, request)),
    fetchUnread: (call, request) =>
      guardSession(deps, call, (caller) => fetchUnread(deps, caller, request), fetchUnreadDeadlineMs(request)),
    markRead: (call, request) => guardSession(deps, call, (caller) => markRead(deps, caller, request)),
    listUnreadCounts: (call, request) => guardSession(deps, call, (caller) => listUnreadCounts(deps, caller, request)),
    subscribe: (call, request, sink) => guardSession(deps, call, (caller) => subscribe(deps, caller, request, sink)),
    getStats: (call) => guard(deps, call, () => getStats(deps, call)),
  };
}

/** A wait comes on top of what any call may take; one that is out of range is refused, not waited for. */
function fetchUnreadDeadlineMs({ waitMs = 0 }: FetchUnreadRequest): number {
  return CALL_DEADLINE_MS + (waitMs > 0 && waitMs <= MAX_WAIT_MS ? waitMs : 0);
}

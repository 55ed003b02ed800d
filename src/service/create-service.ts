/** Puts every use-case behind its guard. */

import { CALL_DEADLINE_MS, MAX_WAIT_MS } from '../domain/limits.ts';
import { NO_CALL_METER, type CallMeter } from './call-meter.ts';
import { closeAnyChat } from './close-any-chat.ts';
import { closeChat } from './close-chat.ts';
import { createChat } from './create-chat.ts';
import { createSession } from './create-session.ts';
import { Credentials } from './credentials.ts';
import { Deadlines } from './deadlines.ts';
import type { Dependencies } from './dependencies.ts';
import { endAnySession } from './end-any-session.ts';
import { endSession } from './end-session.ts';
import { fetchUnread } from './fetch-unread.ts';
import { getChat } from './get-chat.ts';
import { getSession } from './get-session.ts';
import { getStats } from './get-stats.ts';
import { failed, guard, outcomeOf } from './guard.ts';
import { listAllChats } from './list-all-chats.ts';
import { listChats } from './list-chats.ts';
import { listMessages } from './list-messages.ts';
import { listSessions } from './list-sessions.ts';
import { listUnreadCounts } from './list-unread-counts.ts';
import { markRead } from './mark-read.ts';
import { newId } from './new-id.ts';
import { operatorCheck } from './operator.ts';
import { PageTokens } from './page-tokens.ts';
import { postMessage } from './post-message.ts';
import type { FetchUnreadRequest } from './requests.ts';
import type { Service } from './service.ts';
import { subscribe } from './subscribe.ts';

/** What a service is made from. */
export interface ServiceOptions extends Omit<
  Dependencies,
  'pageTokens' | 'credentials' | 'isOperator' | 'deadlines' | 'newId' | 'meter'
> {
  /** What operators show; without one nobody is an operator. */
  readonly adminToken?: string | undefined;
  readonly meter?: CallMeter;
}

/** The service of one instance. */
export function createService({ adminToken, ...options }: ServiceOptions): Service {
  const deps: Dependencies = {
    meter: NO_CALL_METER,
    ...options,
    pageTokens: new PageTokens(options.storage.pageTokenKey),
    credentials: new Credentials(),
    isOperator: operatorCheck(adminToken),
    deadlines: new Deadlines(options.clock, CALL_DEADLINE_MS),
    newId,
  };
  return {
    createSession: (call, request) => guard(deps, call, (caller) => createSession(deps, caller, request)),
    getSession: (call) => guard(deps, call, getSession),
    endSession: (call, request) => guard(deps, call, (caller) => endSession(deps, caller, request)),
    createChat: (call, request) => guard(deps, call, (caller) => createChat(deps, caller, request)),
    listChats: (call, request) => guard(deps, call, (caller) => listChats(deps, caller, request)),
    getChat: (call, request) => guard(deps, call, (caller) => getChat(deps, caller, request)),
    closeChat: (call, request) => guard(deps, call, (caller) => closeChat(deps, caller, request)),
    postMessage: (call, request) => guard(deps, call, (caller) => postMessage(deps, caller, request)),
    listMessages: (call, request) => guard(deps, call, (caller) => listMessages(deps, caller, request)),
    fetchUnread: (call, request) =>
      guard(deps, call, (caller) => fetchUnread(deps, caller, request), longerThanUsualMs(request)),
    markRead: (call, request) => guard(deps, call, (caller) => markRead(deps, caller, request)),
    listUnreadCounts: (call, request) => guard(deps, call, (caller) => listUnreadCounts(deps, caller, request)),
    subscribe: (call, request, sink) => guard(deps, call, (caller) => subscribe(deps, caller, request, sink)),
    getStats: (call) => guard(deps, call, (caller) => getStats(deps, caller)),
    listSessions: (call, request) => guard(deps, call, (operator) => listSessions(deps, operator, request)),
    listAllChats: (call, request) => guard(deps, call, (operator) => listAllChats(deps, operator, request)),
    closeAnyChat: (call, request) => guard(deps, call, (operator) => closeAnyChat(deps, operator, request)),
    endAnySession: (call, request) => guard(deps, call, (operator) => endAnySession(deps, operator, request)),
    failed: (call, error) => {
      const refusal = failed(deps, call, error);
      if (call !== undefined && outcomeOf(call, refusal) !== 'CANCELLED') deps.meter.refused(call.api, refusal.code);
      return refusal;
    },
  };
}

/** A wait comes on top of what any call may take; one that is out of range is refused, not waited for. */
function longerThanUsualMs({ waitMs = 0 }: FetchUnreadRequest): number | undefined {
  return waitMs > 0 && waitMs <= MAX_WAIT_MS ? CALL_DEADLINE_MS + waitMs : undefined;
}

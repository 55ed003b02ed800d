/** Every method of Veche as both APIs call it. */

import type { Refusal } from '../domain/errors.ts';
import type { EventSink } from '../live/events.ts';
import type { Call } from './calls.ts';
import type * as Request from './requests.ts';
import type * as Response from './responses.ts';

/**
 * The use-cases behind one door. None of them throws: what fails inside is logged and becomes a refusal. When several
 * refusals hold at once the first of this order wins: shutting down, session, bad argument (what needs no data), chat,
 * argument that needs the chat, permission, duplicate, limit or open chats.
 */
export interface Service {
  createSession(call: Call, request: Request.CreateSessionRequest): Promise<Response.CreateSessionResponse | Refusal>;
  getSession(call: Call): Promise<Response.GetSessionResponse | Refusal>;
  endSession(call: Call, request: Request.EndSessionRequest): Promise<Refusal | undefined>;
  createChat(call: Call, request: Request.CreateChatRequest): Promise<Response.ChatResponse | Refusal>;
  listChats(call: Call, request: Request.ListChatsRequest): Promise<Response.ListChatsResponse | Refusal>;
  getChat(call: Call, request: Request.GetChatRequest): Promise<Response.ChatResponse | Refusal>;
  closeChat(call: Call, request: Request.CloseChatRequest): Promise<Refusal | undefined>;
  postMessage(call: Call, request: Request.PostMessageRequest): Promise<Response.PostMessageResponse | Refusal>;
  listMessages(call: Call, request: Request.ListMessagesRequest): Promise<Response.ListMessagesResponse | Refusal>;
  fetchUnread(call: Call, request: Request.FetchUnreadRequest): Promise<Response.FetchUnreadResponse | Refusal>;
  markRead(call: Call, request: Request.MarkReadRequest): Promise<Response.MarkReadResponse | Refusal>;
  listUnreadCounts(
    call: Call,
    request: Request.ListUnreadCountsRequest,
  ): Promise<Response.ListUnreadCountsResponse | Refusal>;
  /** Returns once the stream has begun or was refused; a refused stream has given its sink nothing. */
  subscribe(call: Call, request: Request.SubscribeRequest, sink: EventSink): Promise<Refusal | undefined>;
  getStats(call: Call): Promise<Response.GetStatsResponse | Refusal>;
}

/** Every method of Veche as both APIs call it. */

import type { Refusal } from '../domain/errors.ts';
import type { EventSink } from '../live/events.ts';
import type { Call } from './calls.ts';
import type * as Request from './requests.ts';
import type * as Response from './responses.ts';

/**
 * The use-cases behind one door. None of them throws: what fails inside is logged and becomes a refusal. When several
 * refusals hold at once the first of this order wins: shutting down, rate of the address, session or admin token, rate of the session,
 * bad argument (what needs no data), chat, argument that needs the chat, permission, duplicate, limit or open chats.
 */
export interface Service {
  createSession(
    call: Call<'CreateSession'>,
    request: Request.CreateSessionRequest,
  ): Promise<Response.CreateSessionResponse | Refusal>;
  getSession(call: Call<'GetSession'>): Promise<Response.GetSessionResponse | Refusal>;
  endSession(call: Call<'EndSession'>, request: Request.EndSessionRequest): Promise<Refusal | undefined>;
  createChat(call: Call<'CreateChat'>, request: Request.CreateChatRequest): Promise<Response.ChatResponse | Refusal>;
  listChats(call: Call<'ListChats'>, request: Request.ListChatsRequest): Promise<Response.ListChatsResponse | Refusal>;
  getChat(call: Call<'GetChat'>, request: Request.GetChatRequest): Promise<Response.ChatResponse | Refusal>;
  closeChat(call: Call<'CloseChat'>, request: Request.CloseChatRequest): Promise<Refusal | undefined>;
  postMessage(
    call: Call<'PostMessage'>,
    request: Request.PostMessageRequest,
  ): Promise<Response.PostMessageResponse | Refusal>;
  listMessages(
    call: Call<'ListMessages'>,
    request: Request.ListMessagesRequest,
  ): Promise<Response.ListMessagesResponse | Refusal>;
  fetchUnread(
    call: Call<'FetchUnread'>,
    request: Request.FetchUnreadRequest,
  ): Promise<Response.FetchUnreadResponse | Refusal>;
  markRead(call: Call<'MarkRead'>, request: Request.MarkReadRequest): Promise<Response.MarkReadResponse | Refusal>;
  listUnreadCounts(
    call: Call<'ListUnreadCounts'>,
    request: Request.ListUnreadCountsRequest,
  ): Promise<Response.ListUnreadCountsResponse | Refusal>;
  /** Returns once the stream has begun or was refused; a refused stream has given its sink nothing. */
  subscribe(call: Call<'Subscribe'>, request: Request.SubscribeRequest, sink: EventSink): Promise<Refusal | undefined>;
  getStats(call: Call<'GetStats'>): Promise<Response.GetStatsResponse | Refusal>;
  listSessions(
    call: Call<'ListSessions'>,
    request: Request.ListSessionsRequest,
  ): Promise<Response.ListSessionsResponse | Refusal>;
  listAllChats(
    call: Call<'ListAllChats'>,
    request: Request.ListAllChatsRequest,
  ): Promise<Response.ListAllChatsResponse | Refusal>;
  closeAnyChat(call: Call<'CloseAnyChat'>, request: Request.CloseAnyChatRequest): Promise<Refusal | undefined>;
  endAnySession(call: Call<'EndAnySession'>, request: Request.EndAnySessionRequest): Promise<Refusal | undefined>;
  /**
   * The refusal of a call that failed in an API, outside of its use-case, or of a request that came to no call. The cause goes
   * to the log only.
   */
  failed(call: Call | undefined, error: unknown): Refusal;
}

/** ListMessages: the kept messages of a chat in pages. */

import { invalidArgument, Refusal } from '../domain/errors.ts';
import { acceptFields, isNamed, optional } from '../domain/fields.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_BYTES } from '../domain/limits.ts';
import type { MessageOrder } from '../domain/models.ts';
import { Problem } from '../domain/problem.ts';
import { parsePageSize, parseUuid } from '../domain/values.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import { foreignToken } from './page-tokens.ts';
import type { ListMessagesRequest } from './requests.ts';
import type { ListMessagesResponse } from './responses.ts';

export async function listMessages(
  { storage, pageTokens }: Dependencies,
  caller: Caller,
  request: ListMessagesRequest,
): Promise<ListMessagesResponse | Refusal> {
  const order = orderOf(request, caller);
  const input = acceptFields(caller.unreadable, {
    chatId: parseUuid(request.chatId),
    pageSize: optional(request.pageSize, parsePageSize),
    order,
    pageToken: optional(request.pageToken, (token) => pageTokens.readMessages(order, token)),
  });
  if (input instanceof Refusal) return input;
  const { chatId, pageToken } = input;
  if (pageToken !== undefined && pageToken.chatId !== chatId) {
    const found = await storage.readMessages({ chatId, afterSeq: 0, limit: 1, maxBytes: 0, now: caller.now }, caller);
    if (found instanceof Refusal) return found;
    return invalidArgument({ field: 'page_token', description: foreignToken().description });
  }
  const page = await storage.listMessages(
    {
      chatId,
      user: caller.user,
      order: input.order,
      fromSeq: pageToken?.fromSeq,
      limit: input.pageSize ?? DEFAULT_PAGE_SIZE,
      maxBytes: MAX_PAGE_BYTES,
      markRead: request.markRead ?? true,
      now: caller.now,
    },
    caller,
  );
  if (page instanceof Refusal) return page;
  const { messages, nextFromSeq, missed, position } = page;
  const nextPageToken = optional(nextFromSeq, (fromSeq) => pageTokens.writeMessages(input.order, { chatId, fromSeq }));
  return { messages, nextPageToken, missed, position };
}

/** An order that could not be read is a problem like one that does not exist: page tokens must not be judged by the default. */
function orderOf({ order = 'OLDEST_FIRST' }: ListMessagesRequest, { unreadable }: Caller): MessageOrder | Problem {
  return isNamed('order', unreadable) ? new Problem('could not be read') : order;
}

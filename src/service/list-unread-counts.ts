/** ListUnreadCounts: how much is unread in the chats where the caller has a position, in pages. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields, optional } from '../domain/fields.ts';
import { DEFAULT_PAGE_SIZE } from '../domain/limits.ts';
import { parsePageSize } from '../domain/values.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { ListUnreadCountsRequest } from './requests.ts';
import type { ListUnreadCountsResponse } from './responses.ts';

export async function listUnreadCounts(
  { storage, pageTokens }: Dependencies,
  caller: Caller,
  request: ListUnreadCountsRequest,
): Promise<ListUnreadCountsResponse | Refusal> {
  const { userId } = caller.user;
  const input = acceptFields(caller.unreadable, {
    pageSize: optional(request.pageSize, parsePageSize),
    pageToken: optional(request.pageToken, (token) => pageTokens.readUnreadCounts(userId, token)),
  });
  if (input instanceof Refusal) return input;
  const { counts, next } = await storage.listUnreadCounts(
    { userId, after: input.pageToken, limit: input.pageSize ?? DEFAULT_PAGE_SIZE, now: caller.now },
    caller,
  );
  return { counts, nextPageToken: optional(next, (cursor) => pageTokens.writeUnreadCounts(userId, cursor)) };
}

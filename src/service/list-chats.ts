/** ListChats: the open chats that are not unlisted, most recently created first, in pages. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields, optional } from '../domain/fields.ts';
import { DEFAULT_PAGE_SIZE } from '../domain/limits.ts';
import { parsePageSize } from '../domain/values.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { ListChatsRequest } from './requests.ts';
import type { ListChatsResponse } from './responses.ts';

export async function listChats(
  { storage, limits, pageTokens }: Dependencies,
  caller: Caller,
  request: ListChatsRequest,
): Promise<ListChatsResponse | Refusal> {
  const input = acceptFields({
    pageSize: optional(request.pageSize, parsePageSize),
    pageToken: optional(request.pageToken, (token) => pageTokens.readChats(token)),
  });
  if (input instanceof Refusal) return input;
  const { chats, next } = await storage.listChats(
    {
      after: input.pageToken,
      limit: input.pageSize ?? DEFAULT_PAGE_SIZE,
      activeSince: caller.now - limits.sessionTtlMs,
      now: caller.now,
    },
    caller,
  );
  return { chats, nextPageToken: optional(next, (cursor) => pageTokens.writeChats(cursor)) };
}

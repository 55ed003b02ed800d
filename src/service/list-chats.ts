/** ListChats: the open chats that are not unlisted, most recently created first, in pages. */

import { chatSizeBound } from '../domain/encoded-size.ts';
import { Refusal } from '../domain/errors.ts';
import { acceptFields, optional } from '../domain/fields.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_BYTES } from '../domain/limits.ts';
import type { Chat } from '../domain/models.ts';
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
  const input = acceptFields(caller.unreadable, {
    pageSize: optional(request.pageSize, parsePageSize),
    pageToken: optional(request.pageToken, (token) => pageTokens.readChats(token)),
  });
  if (input instanceof Refusal) return input;
  const page = await storage.listChats(
    {
      after: input.pageToken,
      limit: input.pageSize ?? DEFAULT_PAGE_SIZE,
      activeSince: caller.now - limits.sessionTtlMs,
      now: caller.now,
    },
    caller,
  );
  const chats = cut(page.chats);
  const last = chats.at(-1);
  const isCut = last !== undefined && chats.length < page.chats.length;
  const next = isCut ? { createdAt: last.createdAt, chatId: last.id } : page.next;
  return { chats, nextPageToken: optional(next, (cursor) => pageTokens.writeChats(cursor)) };
}

/** As many chats, from the first, as fit an answer; at least one if there is one. */
function cut(chats: readonly Chat[]): readonly Chat[] {
  let bytes = 0;
  const end = chats.findIndex((chat, index) => (bytes += chatSizeBound(chat)) > MAX_PAGE_BYTES && index > 0);
  return end === -1 ? chats : chats.slice(0, end);
}

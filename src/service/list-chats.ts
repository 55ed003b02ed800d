/** ListChats: the open chats that are not unlisted, most recently created first, in pages. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields, optional } from '../domain/fields.ts';
import { parsePageSize } from '../domain/values.ts';
import type { Caller } from './calls.ts';
import { readChatPage } from './chat-pages.ts';
import type { Dependencies } from './dependencies.ts';
import type { ListChatsRequest } from './requests.ts';
import type { ListChatsResponse } from './responses.ts';

export async function listChats(
  dependencies: Dependencies,
  caller: Caller,
  request: ListChatsRequest,
): Promise<ListChatsResponse | Refusal> {
  const { pageTokens } = dependencies;
  const input = acceptFields(caller.unreadable, {
    pageSize: optional(request.pageSize, parsePageSize),
    pageToken: optional(request.pageToken, (token) => pageTokens.readChats(token)),
  });
  if (input instanceof Refusal) return input;
  const { pageSize, pageToken: after } = input;
  const { chats, next } = await readChatPage(dependencies, caller, { unlisted: false, after, pageSize });
  return { chats, nextPageToken: optional(next, (cursor) => pageTokens.writeChats(cursor)) };
}

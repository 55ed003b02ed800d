/** ListAllChats: the open chats, those that are unlisted too, most recently created first, in pages. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields, optional } from '../domain/fields.ts';
import { parsePageSize } from '../domain/values.ts';
import type { Operator } from './calls.ts';
import { readChatPage } from './chat-pages.ts';
import type { Dependencies } from './dependencies.ts';
import type { ListAllChatsRequest } from './requests.ts';
import type { ListAllChatsResponse } from './responses.ts';

export async function listAllChats(
  dependencies: Dependencies,
  operator: Operator,
  request: ListAllChatsRequest,
): Promise<ListAllChatsResponse | Refusal> {
  const { pageTokens } = dependencies;
  const input = acceptFields(operator.unreadable, {
    pageSize: optional(request.pageSize, parsePageSize),
    pageToken: optional(request.pageToken, (token) => pageTokens.readAllChats(token)),
  });
  if (input instanceof Refusal) return input;
  const { pageSize, pageToken: after } = input;
  const { chats, next } = await readChatPage(dependencies, operator, { unlisted: true, after, pageSize });
  return { chats, nextPageToken: optional(next, (cursor) => pageTokens.writeAllChats(cursor)) };
}

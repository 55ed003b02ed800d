/** ListSessions: the live sessions, most recently created first, in pages. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields, optional } from '../domain/fields.ts';
import { DEFAULT_PAGE_SIZE } from '../domain/limits.ts';
import { parsePageSize } from '../domain/values.ts';
import type { Operator } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { ListSessionsRequest } from './requests.ts';
import type { ListSessionsResponse } from './responses.ts';

/** The order is that of ids, which the server makes so that they rise with time. */
export async function listSessions(
  { storage, pageTokens }: Dependencies,
  operator: Operator,
  request: ListSessionsRequest,
): Promise<ListSessionsResponse | Refusal> {
  const input = acceptFields(operator.unreadable, {
    pageSize: optional(request.pageSize, parsePageSize),
    pageToken: optional(request.pageToken, (token) => pageTokens.readSessions(token)),
  });
  if (input instanceof Refusal) return input;
  const { sessions, next } = await storage.listSessions(
    { after: input.pageToken, limit: input.pageSize ?? DEFAULT_PAGE_SIZE, now: operator.now },
    operator,
  );
  return { sessions, nextPageToken: optional(next, (userId) => pageTokens.writeSessions(userId)) };
}

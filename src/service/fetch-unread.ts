/** FetchUnread: what the caller has not read yet; waits for it if asked to. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields, optional } from '../domain/fields.ts';
import { DEFAULT_UNREAD_LIMIT, MAX_PAGE_BYTES } from '../domain/limits.ts';
import { parsePageSize, parseSeq, parseUuid, parseWait } from '../domain/values.ts';
import type { FetchUnread, UnreadPage } from '../storage/storage.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { FetchUnreadRequest } from './requests.ts';
import type { FetchUnreadResponse } from './responses.ts';

export async function fetchUnread(
  dependencies: Dependencies,
  caller: Caller,
  request: FetchUnreadRequest,
): Promise<FetchUnreadResponse | Refusal> {
  const input = acceptFields(caller.unreadable, {
    chatId: parseUuid(request.chatId),
    ackSeq: optional(request.ackSeq, parseSeq),
    limit: optional(request.limit, parsePageSize),
    wait: optional(request.waitMs, parseWait),
  });
  if (input instanceof Refusal) return input;
  const query: FetchUnread = {
    chatId: input.chatId,
    user: caller.user,
    ackSeq: input.ackSeq,
    limit: input.limit ?? DEFAULT_UNREAD_LIMIT,
    maxBytes: MAX_PAGE_BYTES,
    now: caller.now,
  };
  const first = await dependencies.storage.fetchUnread(query, caller);
  const waitMs = input.wait ?? 0;
  if (waitMs === 0 || first instanceof Refusal || first.messages.length > 0) return first;
  return await wait(dependencies, caller, query, waitMs, first);
}

/** Asks again each time something may have changed; the last empty answer is the one that holds when the time is over. */
async function wait(
  { storage, live, clock }: Dependencies,
  caller: Caller,
  query: FetchUnread,
  waitMs: number,
  first: UnreadPage,
): Promise<FetchUnreadResponse | Refusal> {
  const { chatId, user } = query;
  let latest = first;
  const attempt = async (): Promise<UnreadPage | Refusal | undefined> => {
    const now = clock.now();
    const session = await storage.authenticate({ userId: user.userId, tokenHash: caller.tokenHash, now }, caller);
    if (session instanceof Refusal) return session;
    const page = await storage.fetchUnread({ ...query, now }, caller);
    if (page instanceof Refusal || page.messages.length > 0) return page;
    latest = page;
    return undefined;
  };
  const answer = await live.waitFor(caller, { chatId, waitMs }, attempt);
  // A position that moved meanwhile has woken nobody: look once more.
  return answer ?? (await attempt()) ?? latest;
}

/** MarkRead: the caller says how far they have read. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields } from '../domain/fields.ts';
import { Problem } from '../domain/problem.ts';
import { parseSeq, parseUuid } from '../domain/values.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { MarkReadRequest } from './requests.ts';
import type { MarkReadResponse } from './responses.ts';

export async function markRead(
  { storage }: Dependencies,
  caller: Caller,
  request: MarkReadRequest,
): Promise<MarkReadResponse | Refusal> {
  const input = acceptFields(caller.unreadable, {
    chatId: parseUuid(request.chatId),
    seq: request.seq === undefined ? new Problem('is required: the last seq read') : parseSeq(request.seq),
  });
  if (input instanceof Refusal) return input;
  return await storage.markRead({ ...input, user: caller.user, now: caller.now }, caller);
}

/** EndSession: the caller leaves for good. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields } from '../domain/fields.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { EndSessionRequest } from './requests.ts';

export async function endSession(
  { storage }: Dependencies,
  caller: Caller,
  { closeChats }: EndSessionRequest,
): Promise<Refusal | undefined> {
  const input = acceptFields(caller.unreadable, { closeChats });
  if (input instanceof Refusal) return input;
  return await storage.endSession({ userId: caller.user.userId, ...input, now: caller.now }, caller);
}

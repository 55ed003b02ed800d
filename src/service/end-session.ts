/** EndSession: the caller leaves for good. */

import type { Refusal } from '../domain/errors.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { EndSessionRequest } from './requests.ts';

export function endSession(
  { storage }: Dependencies,
  caller: Caller,
  { closeChats }: EndSessionRequest,
): Promise<Refusal | undefined> {
  return storage.endSession({ userId: caller.user.userId, closeChats, now: caller.now }, caller);
}

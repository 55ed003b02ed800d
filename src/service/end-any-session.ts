/** EndAnySession: an operator ends a session, with its chats. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields } from '../domain/fields.ts';
import { parseReason } from '../domain/text.ts';
import { parseUuid } from '../domain/values.ts';
import type { Operator } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import { noted } from './noted.ts';
import type { EndAnySessionRequest } from './requests.ts';

export async function endAnySession(
  { storage, log }: Dependencies,
  operator: Operator,
  request: EndAnySessionRequest,
): Promise<Refusal | undefined> {
  const input = acceptFields(operator.unreadable, {
    userId: parseUuid(request.userId),
    reason: parseReason(request.reason),
  });
  if (input instanceof Refusal) return input;
  const { userId } = input;
  return await noted(log, { method: 'EndAnySession', ...input }, async () => {
    const refusal = await storage.endSession({ userId, closeChats: true, now: operator.now }, operator);
    // To its own user an ended session is a token that is worth nothing.
    return refusal?.code === 'UNAUTHENTICATED' ? new Refusal('SESSION_NOT_FOUND') : refusal;
  });
}

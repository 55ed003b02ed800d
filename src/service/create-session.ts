/** CreateSession: a name becomes a session. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields } from '../domain/fields.ts';
import { parseDisplayName } from '../domain/text.ts';
import type { Call } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { CreateSessionRequest } from './requests.ts';
import type { CreateSessionResponse } from './responses.ts';
import { createSessionToken, readSessionToken } from './session-tokens.ts';

export async function createSession(
  { storage, clock, limits, newId }: Dependencies,
  call: Call,
  request: CreateSessionRequest,
): Promise<CreateSessionResponse | Refusal> {
  const input = acceptFields(call.unreadable, { displayName: parseDisplayName(request.displayName) });
  if (input instanceof Refusal) return input;
  const userId = newId();
  const token = createSessionToken(userId);
  const session = await storage.createSession(
    {
      user: { userId, displayName: input.displayName },
      tokenHash: readSessionToken(token)!.tokenHash,
      ttlMs: limits.sessionTtlMs,
      maxUsers: limits.maxUsers,
      now: clock.now(),
    },
    call,
  );
  return session instanceof Refusal ? session : { session, token };
}

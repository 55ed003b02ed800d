/** GetSession: the session of the caller. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields } from '../domain/fields.ts';
import type { Caller } from './calls.ts';
import type { GetSessionResponse } from './responses.ts';

export async function getSession({ session, unreadable }: Caller): Promise<GetSessionResponse | Refusal> {
  const input = acceptFields(unreadable, {});
  return input instanceof Refusal ? input : { session };
}

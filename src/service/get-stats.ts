/** GetStats: figures of the whole server and the limits in force here. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields } from '../domain/fields.ts';
import type { Call } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { GetStatsResponse } from './responses.ts';

export async function getStats(
  { storage, clock, limits }: Dependencies,
  call: Call,
): Promise<GetStatsResponse | Refusal> {
  const input = acceptFields(call.unreadable, {});
  if (input instanceof Refusal) return input;
  const stats = await storage.getStats({ now: clock.now() }, call);
  return { ...stats, limits };
}

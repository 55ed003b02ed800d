/** Looking at sessions whose places have come due: does each live on? */

import { ENDED_PLACE_KEPT_MS } from '../../domain/limits.ts';
import { isOver } from '../../domain/lifetime.ts';
import { finishAll } from './failures.ts';
import type { Steps } from './operations.ts';
import { leaseUntil } from './records.ts';
import { listOf, numberOf } from './replies.ts';
import { KEY_GRACE_MS } from './times.ts';

/**
 * Frees the places of sessions that are over, and has those of others come due later. A session that is over keeps its place for a
 * while, so that nothing that found it live is still under way when somebody else has the place.
 * @returns how many were over
 * @throws DamagedRecordError when it has done the others
 */
export async function lookAtSessions(steps: Steps, users: readonly string[], now: number): Promise<number> {
  const gone: string[] = [];
  const later: string[] = [];
  const looking = finishAll(
    users.map(async (userId) => {
      const args = { now, keptMs: ENDED_PLACE_KEPT_MS, graceMs: KEY_GRACE_MS };
      const [kind, expiresAt, ttlMs] = listOf(await steps.run('look-at-session', userId, args));
      if (kind === 'gone') gone.push(userId);
      else later.push(userId, String(nextLookAt(numberOf(expiresAt), numberOf(ttlMs), now)));
    }),
  );
  await Promise.allSettled([looking]);
  await Promise.all([
    gone.length > 0 && steps.run('free-session-places', '', { now }, gone),
    later.length > 0 && steps.run('look-later', '', { dueBy: now }, later),
  ]);
  await looking;
  return gone.length;
}

function nextLookAt(expiresAt: number, ttlMs: number, now: number): number {
  return isOver(expiresAt, now) ? expiresAt + ENDED_PLACE_KEPT_MS : leaseUntil({ expiresAt, ttlMs }, now);
}

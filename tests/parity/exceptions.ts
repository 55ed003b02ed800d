/** What the scenarios do not show, and why: every other method, refusal, field and limit must be shown. */

import type { ErrorCode } from '../../src/domain/errors.ts';
import type { LimitName } from './scenario.ts';

/**
 * Refusals that are shown of one method only: the guard gives them to all alike, before it looks which it is. A call must
 * come at the very moment, for which Subscribe leaves time.
 */
export const SHOWN_ONCE: readonly ErrorCode[] = ['SHUTTING_DOWN'];

/** Limits whose bounds nobody can see through an API, and where they are tested instead. */
export const UNSEEN_LIMITS: Readonly<Partial<Record<LimitName, string>>> = {
  MAX_ALLOWED_MESSAGE_LENGTH: 'what an operator may set; src/config/settings.test.ts',
  MAX_USERS_PER_NOTE: 'how many users one call of the storage takes; src/live/activity.test.ts',
  STORAGE_DEADLINE_MS:
    'how long a storage may be silent; tests/storage/redis-failures.test.ts and postgres-failures.test.ts',
  ENDED_PLACE_KEPT_MS: 'how long shared storages keep what has expired; the conformance suite',
  MAX_SPENDS_PER_REPORT: 'how many keys one call of the storage takes; the conformance suite',
  MAX_NAMED_VIOLATIONS: 'only JSON can have as many that are wrong; tests/http-bad-requests.test.ts',
  MAX_STREAM_QUEUE_MESSAGES: 'what the system keeps for a connection comes before it; src/live/slow-readers.test.ts',
  MAX_STREAM_QUEUE_BYTES: 'as before; that there is such a bound the scenarios show',
};

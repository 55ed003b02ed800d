/** What the use-cases work with. */

import type { Limits } from '../domain/limits.ts';
import type { Live } from '../live/live.ts';
import type { Storage } from '../storage/storage.ts';
import type { CallMeter } from './call-meter.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Credentials } from './credentials.ts';
import type { Deadlines } from './deadlines.ts';
import type { IsOperator } from './operator.ts';
import type { PageTokens } from './page-tokens.ts';
import type { RateLimits } from './rate-limits.ts';

export interface Dependencies {
  readonly storage: Storage;
  readonly live: Live;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly rateLimits: RateLimits;
  readonly pageTokens: PageTokens;
  readonly credentials: Credentials;
  readonly isOperator: IsOperator;
  /** Of calls that may take as long as any. */
  readonly deadlines: Deadlines;
  readonly log: Log;
  /** Told of every call. */
  readonly meter: CallMeter;
  /** A new UUID, never given before, rising with time. */
  readonly newId: () => string;
  /** Whether the server has stopped taking calls. */
  readonly isShuttingDown: () => boolean;
}

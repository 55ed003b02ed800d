/** What every part of the live side works with. */

import type { Limits } from '../domain/limits.ts';
import type { Clock } from '../service/clock.ts';
import type { Log } from '../service/log.ts';
import type { Storage } from '../storage/storage.ts';
import type { LiveMeter } from './live-meter.ts';

export interface LiveContext {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of streams and waits. */
  readonly meter: LiveMeter;
  readonly limits: Pick<Limits, 'maxStreamsPerSession' | 'sessionTtlMs'>;
  /** How old a stream may grow, give or take a tenth, until it ends with SERVER_GOING_AWAY; absent: as old as it likes. */
  readonly maxStreamAgeMs?: number | undefined;
}

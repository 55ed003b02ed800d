/** Whether this instance should be given work. */

import type { Log } from '../service/log.ts';
import type { Storage } from '../storage/storage.ts';
import { repeat } from './repeat.ts';
import { withDeadline } from './with-deadline.ts';

const INTERVAL_MS = 1_000;
const PING_DEADLINE_MS = 1_000;
/** One slow answer is no outage. */
const FAILURES_UNTIL_NOT_READY = 3;

/** Follows the storage and the life of the process. */
export interface Readiness {
  /** Says that the server goes away: not ready from now on, whatever the storage answers. */
  shutDown(): void;
  /** Stops looking. */
  close(): Promise<void>;
}

/**
 * Tells `onChange` that the server is ready, at once, and then each time that this changes: it is not while the storage has
 * failed to answer three times in a row, and never again after `shutDown`.
 */
export function startReadiness({
  storage,
  onChange,
  log,
  intervalMs = INTERVAL_MS,
}: {
  readonly storage: Pick<Storage, 'ping'>;
  readonly onChange: (ready: boolean) => void;
  readonly log: Log;
  readonly intervalMs?: number;
}): Readiness {
  let failures = 0;
  let shuttingDown = false;
  let ready = false;

  const update = (): void => {
    const next = !shuttingDown && failures < FAILURES_UNTIL_NOT_READY;
    if (next === ready) return;
    ready = next;
    onChange(ready);
  };

  const close = repeat(intervalMs, async () => {
    try {
      await withDeadline(storage.ping(), PING_DEADLINE_MS);
      if (failures > 0) log.info({ failures }, 'the storage answers again');
      failures = 0;
    } catch (error) {
      failures++;
      log.warn({ err: error, failures }, 'the storage does not answer');
    }
    update();
  });

  update();
  return {
    shutDown() {
      shuttingDown = true;
      update();
    },
    close,
  };
}

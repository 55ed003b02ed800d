/** Whether this instance should be given work. */

import { setImmediate as turnOver, setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../service/log.ts';
import type { Storage } from '../storage/storage.ts';
import { repeat } from './repeat.ts';
import { TimedOutError } from './with-deadline.ts';

// All of it together is under 2.5 seconds: operators are promised that an instance whose storage is gone says so within 3.
const INTERVAL_MS = 400;
const PING_DEADLINE_MS = 750;
/** One slow answer is no outage … */
const FAILURES_UNTIL_NOT_READY = 2;
/** … and neither is a break that is over at once, however many questions fell into it. */
const SILENCE_UNTIL_NOT_READY_MS = 1_500;

/** Follows the storage and the life of the process. */
export interface Readiness {
  /** Says that the server goes away: not ready from now on, whatever the storage answers. */
  shutDown(): void;
  /** Stops looking. */
  close(): Promise<void>;
}

/**
 * Tells `onChange` that the server is ready, at once, and then each time that this changes. It is not while the storage has
 * failed to answer twice in a row and for a second and a half, and never again after `shutDown`. The questions go the way of
 * calls, over the same connections, so that what they find is what calls find.
 */
export function startReadiness({
  storage,
  onChange,
  log,
  intervalMs = INTERVAL_MS,
  deadlineMs = PING_DEADLINE_MS,
  silenceMs = SILENCE_UNTIL_NOT_READY_MS,
}: {
  readonly storage: Pick<Storage, 'ping'>;
  readonly onChange: (ready: boolean) => void;
  readonly log: Log;
  readonly intervalMs?: number;
  readonly deadlineMs?: number;
  readonly silenceMs?: number;
}): Readiness {
  let failures = 0;
  let answeredAt = performance.now();
  let shuttingDown = false;
  let ready = false;

  const isSilent = (): boolean => failures >= FAILURES_UNTIL_NOT_READY && performance.now() - answeredAt >= silenceMs;
  const update = (): void => {
    const next = !shuttingDown && !isSilent();
    if (next === ready) return;
    ready = next;
    onChange(ready);
  };

  const close = repeat(intervalMs, async () => {
    try {
      await inTime(storage.ping(), deadlineMs);
      if (failures > 0) log.info({ failures }, 'the storage answers again');
      failures = 0;
      answeredAt = performance.now();
    } catch (error) {
      failures++;
      // One line for the whole of an outage.
      if (failures === 1) log.warn({ err: error }, 'the storage does not answer');
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

/** The outcome of a question. @throws TimedOutError when there is none in time. */
async function inTime(answer: Promise<void>, deadlineMs: number): Promise<void> {
  const answered = new AbortController();
  const late = async (): Promise<never> => {
    await delay(deadlineMs, undefined, { signal: answered.signal });
    // If it was this process that stood still, the answer has come in and is only to be read.
    await turnOver();
    await turnOver();
    throw new TimedOutError(`not done after ${deadlineMs} ms`);
  };
  try {
    await Promise.race([answer, late()]);
  } finally {
    answered.abort();
  }
}

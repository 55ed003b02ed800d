/** The service's clock: what time it is, and a wake-up at a given time however far away. */

/** The only place from which `now` comes. Tests put a clock of their own here. */
export interface Clock {
  /** Milliseconds since the epoch, whole; never steps back. */
  now(): number;
  /**
   * Calls `callback` once, at or soon after the time `at` (milliseconds since the epoch; NEVER is allowed and never comes).
   * @returns a function that cancels it and may be called at any time.
   */
  wakeAt(at: number, callback: () => void): () => void;
}

/** The longest delay that a timer of the platform takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The clock of a server that shares its data with no other: the system's time at the start, carried on by the monotonic
 * clock. It follows the system forward (a suspended machine wakes up), never backward.
 */
export function systemClock(): Clock {
  let offsetMs = Date.now() - performance.now();
  const now = (): number => {
    const monotonicMs = performance.now();
    offsetMs = Math.max(offsetMs, Date.now() - monotonicMs);
    return Math.floor(monotonicMs + offsetMs);
  };
  return { now, wakeAt: (at, callback) => wakeAt(now, at, callback) };
}

/**
 * Calls `callback` as `Clock.wakeAt` does, for a clock that shows `now`. Waits in steps that a timer can take; the process may
 * end meanwhile.
 */
export function wakeAt(now: () => number, at: number, callback: () => void): () => void {
  if (at === Infinity) return () => {};
  const arm = (): NodeJS.Timeout => {
    const delayMs = Math.min(Math.max(at - now(), 0), MAX_TIMER_MS);
    const timer = setTimeout(() => {
      if (now() >= at) callback();
      else current = arm();
    }, delayMs);
    return timer.unref();
  };
  let current = arm();
  return () => clearTimeout(current);
}

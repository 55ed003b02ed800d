/** A warning about what somebody outside can cause as often as they like: logged now and then, with how often it was. */

import type { Log } from '../service/log.ts';

/** Between two lines. */
const INTERVAL_MS = 60_000;

/** @returns a function to be called each time. The first is logged at once. */
export function occasionalWarning(
  log: Log,
  message: string,
  now: () => number = () => performance.now(),
): (fields: object) => void {
  let times = 0;
  let nextAt = -Infinity;
  return (fields) => {
    times++;
    if (now() < nextAt) return;
    log.warn({ ...fields, times }, message);
    times = 0;
    nextAt = now() + INTERVAL_MS;
  };
}

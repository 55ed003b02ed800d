/** What the process does when it is told to stop. */

import { constants } from 'node:os';
import type { Log } from '../service/log.ts';

type StopSignal = 'SIGTERM' | 'SIGINT';

/** npm hands a Ctrl+C on to a process that has had it from the terminal already. */
const SAME_KEYSTROKE_MS = 100;

/**
 * Listens for SIGTERM and SIGINT, which without that have no effect on the first process of a container.
 * The second ends the process at once, with 128 and the signal's number as its exit code.
 * @returns a signal that the first one aborts.
 */
export function listenForStop(log: Log): AbortSignal {
  const stop = new AbortController();
  let first: { readonly name: StopSignal; readonly at: number } | undefined;
  const onSignal = (name: StopSignal): void => {
    if (first === undefined) {
      first = { name, at: performance.now() };
      log.info({ signal: name }, 'stopping');
      stop.abort();
      return;
    }
    const isSameKeystroke =
      name === 'SIGINT' && first.name === name && performance.now() - first.at < SAME_KEYSTROKE_MS;
    if (isSameKeystroke) return;
    log.warn({ signal: name }, 'told to stop again: ending at once');
    process.exit(128 + constants.signals[name]);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return stop.signal;
}

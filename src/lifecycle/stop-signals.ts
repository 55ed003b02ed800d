/** What the process does when it is told to stop. */

import { constants } from 'node:os';
import { isatty } from 'node:tty';
import type { Log } from '../service/log.ts';

type StopSignal = 'SIGTERM' | 'SIGINT';

const STANDARD_INPUT = 0;
/** A terminal sends Ctrl+C to every process that it runs, and npm hands it on to one that has had it already. */
const SAME_KEYSTROKE_MS = 100;

/**
 * Listens for SIGTERM and SIGINT, which without that have no effect on the first process of a container.
 * The second ends the process at once, with 128 and the signal's number as its exit code.
 * @param options.target the process that is told.
 * @param options.isAtTerminal whether it is run from a terminal, where two SIGINT at the same moment are one Ctrl+C.
 * @returns a signal that the first one aborts.
 */
export function listenForStop(
  log: Log,
  {
    target = process,
    isAtTerminal = isatty(STANDARD_INPUT),
  }: { readonly target?: Pick<NodeJS.Process, 'on' | 'exit'>; readonly isAtTerminal?: boolean } = {},
): AbortSignal {
  const stop = new AbortController();
  let first: { readonly name: StopSignal; readonly at: number } | undefined;
  const onSignal = (name: StopSignal): void => {
    if (first === undefined) {
      first = { name, at: performance.now() };
      log.info({ signal: name }, 'stopping');
      stop.abort();
      return;
    }
    const isCtrlC = isAtTerminal && name === 'SIGINT' && first.name === 'SIGINT';
    if (isCtrlC && performance.now() - first.at < SAME_KEYSTROKE_MS) return;
    log.warn({ signal: name }, 'told to stop again: ending at once');
    target.exit(128 + constants.signals[name]);
  };
  target.on('SIGTERM', onSignal);
  target.on('SIGINT', onSignal);
  return stop.signal;
}

/** What the process does when it is sent a signal. */

import { constants } from 'node:os';
import { isatty } from 'node:tty';
import type { Log } from '../service/log.ts';

type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

const STANDARD_INPUT = 0;
/** A terminal sends Ctrl+C to every process that it runs, and npm hands it on to one that has had it already. */
const SAME_KEYSTROKE_MS = 100;

/** Who is told, and what is known about the place where it runs. */
export interface SignalOptions {
  /** What SIGHUP asks for, except from a terminal that was closed: to look again at what may have changed. */
  readonly onHangup: () => void;
  /** The process that is told. */
  readonly target?: Pick<NodeJS.Process, 'on' | 'exit'>;
  /** Whether it is run from a terminal, where two SIGINT at the same moment are one Ctrl+C; asked again at SIGHUP. */
  readonly isAtTerminal?: () => boolean;
}

/**
 * Listens for SIGTERM and SIGINT, which without that have no effect on the first process of a container.
 * The second ends the process at once, with 128 and the signal's number as its exit code.
 * SIGHUP stops it in the same way if the terminal from which it was run is gone, and never otherwise.
 * @returns a signal that the first one aborts.
 */
export function listenForStop(
  log: Log,
  { onHangup, target = process, isAtTerminal = () => isatty(STANDARD_INPUT) }: SignalOptions,
): AbortSignal {
  const wasAtTerminal = isAtTerminal();
  const stop = new AbortController();
  let first: { readonly name: StopSignal; readonly at: number } | undefined;
  const onSignal = (name: StopSignal): void => {
    if (first === undefined) {
      first = { name, at: performance.now() };
      log.info({ signal: name }, 'stopping');
      stop.abort();
      return;
    }
    const isCtrlC = wasAtTerminal && name === 'SIGINT' && first.name === 'SIGINT';
    if (isCtrlC && performance.now() - first.at < SAME_KEYSTROKE_MS) return;
    log.warn({ signal: name }, 'told to stop again: ending at once');
    target.exit(128 + constants.signals[name]);
  };
  target.on('SIGTERM', onSignal);
  target.on('SIGINT', onSignal);
  target.on('SIGHUP', (name) => {
    if (wasAtTerminal && !isAtTerminal()) onSignal(name as StopSignal);
    else onHangup();
  });
  return stop.signal;
}

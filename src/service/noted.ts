/** What operators do, in the log: with the reason and what it came to, whatever it came to. */

import type { Refusal } from '../domain/errors.ts';
import type { Method } from './calls.ts';
import type { Log } from './log.ts';

/** What an operator does, to whom or what, and why. */
export interface Deed {
  readonly method: Method;
  readonly chatId?: string;
  readonly userId?: string;
  readonly reason: string;
}

/** Lets an operator do something, and notes it. Where it fails, nobody knows whether it was done: that is noted, too. */
export async function noted<R extends Refusal>(
  log: Log,
  deed: Deed,
  act: () => Promise<R | undefined>,
): Promise<R | undefined> {
  let code = 'FAILED';
  try {
    const refusal = await act();
    code = refusal?.code ?? 'OK';
    return refusal;
  } finally {
    log.info({ ...deed, code }, 'an operator acted');
  }
}

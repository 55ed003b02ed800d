/** What somebody is told whom no method has refused, because there is too much of something already. */

import { Refusal } from '../domain/errors.ts';

const RETRY_AFTER_MS = 1_000;

/** To who makes one connection too many. */
export const TOO_MANY_CONNECTIONS = new Refusal('RATE_LIMITED', {
  message: 'There are too many connections; close some, or try again later.',
  retryAfterMs: RETRY_AFTER_MS,
});

/** To whose request takes longest to arrive. */
export const TOO_MUCH_ARRIVING = new Refusal('RATE_LIMITED', {
  message: 'Too much is arriving at one time; retry.',
  retryAfterMs: RETRY_AFTER_MS,
});

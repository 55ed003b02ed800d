/** Times of this storage's own. What is promised to callers is in `domain/limits.ts`. */

/** After so long others take what was begun for broken off. Longer than an operation may take. */
export const BROKEN_OFF_AFTER_MS = 5_000;

/** Key expiry is only a safety net: so long after the deadline itself, which is a number that is compared. */
export const KEY_GRACE_MS = 60 * 60_000;

/** As before, for what was spent of a rate: there may be very many of these, and they matter less. */
export const RATE_GRACE_MS = 60_000;

/** How the end that never comes is stored: as a number that compares as it must. */

import { NEVER } from '../../domain/lifetime.ts';

const STORED_NEVER = Number.MAX_SAFE_INTEGER;

/** A deadline as it is stored. */
export function storedDeadline(deadline: number): number {
  return deadline === NEVER ? STORED_NEVER : deadline;
}

/** A deadline that was stored. */
export function deadlineOf(stored: number): number {
  return stored === STORED_NEVER ? NEVER : stored;
}

/** Many calls at once through several handles. */

import type { Handle } from './handle.ts';

/**
 * Starts `count` calls before awaiting any, the handles taking turns.
 * @returns their answers, in the order in which they were started.
 */
export function race<T>(
  handles: readonly Handle[],
  count: number,
  call: (handle: Handle, turn: number) => Promise<T>,
): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, turn) => call(handles[turn % handles.length]!, turn)));
}

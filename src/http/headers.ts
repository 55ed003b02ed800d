/** The headers that answers have whatever they say. */

/** Nothing is to be taken for what its type does not say. */
export const AS_TYPED = { 'x-content-type-options': 'nosniff' } as const;

/** Of every answer to a call: it is somebody's, and kept by nobody on its way. */
export const PERSONAL = { 'cache-control': 'no-store', ...AS_TYPED } as const;

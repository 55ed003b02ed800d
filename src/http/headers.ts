/** The headers that answers have whatever they say. A table: also what no framework sees is answered with them. */

/**
 * Of everything that is no page. It is not to be taken for what its type does not say, nor put into pages of others unasked (who
 * may call is told by CORS, which this leaves alone); a browser that shows it as a page loads nothing for it, in no frame.
 */
export const GUARDED = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Of every answer to a call: it is somebody's, and kept by nobody on its way. */
export const PERSONAL = { 'cache-control': 'no-store', ...GUARDED } as const;

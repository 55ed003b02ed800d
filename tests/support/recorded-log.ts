/** A log that keeps its lines. */

import type { Log } from '../../src/service/log.ts';

/** The lines logged so far, as `level: message`. */
export function recordedLog(): Log & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const at = (level: string) => (_fields: object, message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return { lines, error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/** A log that keeps its lines. */

import { inspect } from 'node:util';
import type { Log } from '../../src/service/log.ts';

export interface RecordedLog extends Log {
  /** The lines logged so far, as `level: message`. */
  readonly lines: readonly string[];
  /** The same lines, each followed by all its fields. */
  readonly fullLines: readonly string[];
}

export function recordedLog(): RecordedLog {
  const lines: string[] = [];
  const fullLines: string[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    const line = `${level}: ${message}`;
    lines.push(line);
    fullLines.push(`${line} ${inspect(fields, { depth: 10 })}`);
  };
  return {
    lines,
    fullLines,
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    isLevelEnabled: () => true,
  };
}

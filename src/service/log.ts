/** What the server asks of a log: structured lines. Never a token, never a message text. */

/** One line per call: fields for machines, a sentence for people. */
export interface Log {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  /** Whether lines of this level are kept: to be asked where making one would cost every call. */
  isLevelEnabled(level: 'debug'): boolean;
}

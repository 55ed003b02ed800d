/** Where a storage says what an operator should know. */

/** The part of the log that storages use. Fields never hold tokens, passwords or texts of messages. */
export interface StorageLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

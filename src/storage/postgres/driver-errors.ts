/** What a failure of the driver means to a storage. Its text, which may hold SQL, data or names of hosts, stays in the cause. */

import { DatabaseError } from 'pg';

import { tlsProblemOf } from '../tls-problem.ts';
import { StorageFullError, StorageUnavailableError, UnusableStorageError } from '../storage.ts';

/** The server is a standby. */
const READ_ONLY = '25006';
/** Conditions that pass: the server goes away or comes back, is overloaded, waits too long for a lock, or is a standby. */
const PASSING = new Set([READ_ONLY, '53200', '53300', '55P03', '57014', '57P01', '57P02', '57P03', '57P04', '57P05']);
const CONNECTION_CLASS = '08';
/** Data, integrity, and limits of the server: whose messages quote values that a statement was given. */
const QUOTING_CLASSES = new Set(['22', '23', '54']);
/** Rolled back for the sake of others: as if never begun. */
const ROLLED_BACK = new Set(['40001', '40P01']);
const NO_SPACE = new Set(['53000', '53100', '53400']);
/** What waiting does not mend: password, user, database, rights. */
const MISCONFIGURED = new Set(['28000', '28P01', '3D000', '42501']);
/** What a statement was prepared on is not what it runs on. */
const UNPREPARED = new Set(['26000', '42P05']);
/** There is no such schema, function or table. */
const MISSING = new Set(['3F000', '42883', '42P01']);

/** Whether the server says that nothing was done and that the same may be tried again. */
export function isRolledBack(error: unknown): boolean {
  return error instanceof DatabaseError && ROLLED_BACK.has(error.code ?? '');
}

/** Whether the server refused what it was given, so that nothing of it was done: with less it may go better. */
export function isRefusedStatement(error: unknown): boolean {
  return error instanceof DatabaseError && !isPassing(error) && !NO_SPACE.has(error.code ?? '');
}

/** Whether an operation failed because the schema, or what it needs of it, is not there. */
export function isForMissingSchema(failure: unknown): boolean {
  const cause = driverError(failure);
  return cause instanceof DatabaseError && MISSING.has(cause.code ?? '');
}

/** Whether the connection cannot be used any more, or leads to a server that has become a standby: another may not. */
export function isBrokenConnection(error: unknown): boolean {
  if (!(error instanceof DatabaseError) || error.code === READ_ONLY) return true;
  return error.severity === 'FATAL' || error.severity === 'PANIC';
}

/** The failure of an operation, as the contract of storages has it. */
export function operationFailure(error: unknown): Error {
  const cause = withoutValues(error);
  if (cause instanceof StorageUnavailableError || cause instanceof StorageFullError) return cause;
  // Of our own making: arguments that the driver could not write.
  if (cause instanceof TypeError || cause instanceof RangeError) return cause;
  if (!(cause instanceof DatabaseError)) {
    return new StorageUnavailableError('the connection to PostgreSQL failed', { cause });
  }
  const code = cause.code ?? 'without a code';
  if (NO_SPACE.has(code)) return new StorageFullError(`PostgreSQL has no space left (${code})`, { cause });
  if (isPassing(cause)) return new StorageUnavailableError(`PostgreSQL broke off (${code})`, { cause });
  const hint = UNPREPARED.has(code) ? ': switch prepared statements off behind this pooler' : '';
  return new Error(`PostgreSQL refused a statement (${code})${hint}`, { cause });
}

/** The failure of an attempt to open the storage, of an operation or of the driver. */
export function openingFailure(failure: unknown): Error {
  if (failure instanceof UnusableStorageError) return failure;
  const cause = driverError(failure);
  if (cause instanceof DatabaseError && MISCONFIGURED.has(cause.code ?? '')) {
    return new UnusableStorageError(`PostgreSQL does not let us in: ${cause.message}`, { cause });
  }
  // The driver's own words for a server that wants a password where none was given.
  if (cause instanceof Error && cause.message.startsWith('SASL')) {
    return new UnusableStorageError('PostgreSQL wants a password, or another one', { cause });
  }
  const problem = tlsProblemOf(cause) ?? (isWithoutTls(cause) ? 'it does not offer it' : undefined);
  if (problem !== undefined) {
    return new UnusableStorageError(`PostgreSQL cannot be spoken with by TLS: ${problem}`, { cause });
  }
  return operationFailure(cause);
}

/** The driver's own words. */
function isWithoutTls(cause: unknown): boolean {
  return cause instanceof Error && cause.message === 'The server does not support SSL connections';
}

/** What the driver said, where an operation has made a failure of it already. */
function driverError(failure: unknown): unknown {
  return failure instanceof Error && failure.cause instanceof Error ? failure.cause : failure;
}

/** Takes out what the server quotes of a statement's values: texts of messages, names. */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const { code = '' } = error;
  for (const name of ['detail', 'hint', 'where', 'internalQuery'] as const) delete error[name];
  if (!QUOTING_CLASSES.has(code.slice(0, 2))) return error;
  error.message = `refused for its values (${code})`;
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

function isPassing({ code = '' }: DatabaseError): boolean {
  return PASSING.has(code) || code.startsWith(CONNECTION_CLASS) || ROLLED_BACK.has(code);
}

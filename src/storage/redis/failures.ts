/** What goes wrong with Redis, in the words of the storage's contract. */

import { StorageFullError, StorageUnavailableError, UnusableStorageError } from '../storage.ts';
import { tlsProblemOf } from '../tls-problem.ts';
import { ErrorReply } from 'redis';

/** What a server says for a while, before or after which it works: it is starting, failing over, busy or read-only. */
const PASSING =
  /^(LOADING|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|UNBLOCKED|NOAUTH|WRONGPASS|NOPERM|MOVED|ASK)\b/;
const WRONG_CREDENTIALS = /^(NOAUTH|WRONGPASS|NOPERM)\b|invalid username-password|no password is set/i;

/** A failure of an operation as callers of the storage know it. @param what was run, and where */
export function failureOf(error: unknown, what = 'a command'): Error {
  withoutArguments(error);
  if (!(error instanceof Error)) return new StorageUnavailableError('Redis failed', { cause: error });
  if (isOwn(error)) return error;
  if (!(error instanceof ErrorReply)) return new StorageUnavailableError('Redis does not answer', { cause: error });
  if (error.message.startsWith('OOM')) return new StorageFullError('Redis has no memory left', { cause: error });
  if (PASSING.test(error.message)) return new StorageUnavailableError('Redis cannot serve now', { cause: error });
  return new DamagedRecordError(`Redis refused ${what}, the record may be damaged: ${error.message}`, { cause: error });
}

/** A failure while the storage is being opened: also tells what trying again does not help against. */
export function openingFailureOf(error: unknown): Error {
  if (error instanceof Error && error instanceof ErrorReply && WRONG_CREDENTIALS.test(error.message)) {
    return new UnusableStorageError(
      'Redis does not accept the user name and password, or does not allow what Veche needs',
      {
        cause: error,
      },
    );
  }
  const problem = tlsProblemOf(error);
  if (problem !== undefined)
    return new UnusableStorageError(`Redis cannot be spoken with by TLS: ${problem}`, { cause: error });
  return failureOf(error);
}

/** Something stored that cannot be understood. */
export class DamagedRecordError extends Error {
  override readonly name = 'DamagedRecordError';
}

/** Waits for all of it, whatever comes of some: a damaged record holds up nothing else. @throws the first failure, afterwards */
export async function finishAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** Waits for what tidies up on the way; what is damaged there is for house-keeping to tell. @throws other failures */
export async function passOverDamage(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DamagedRecordError)) throw error;
  }
}

/** Takes out what Redis quotes of a command that it does not know: a text of a message may be among it. */
function withoutArguments(error: unknown): void {
  if (!(error instanceof ErrorReply)) return;
  error.message = error.message.replace(/, with args beginning with:.*/s, '');
  error.stack = `${error.name}: ${error.message}`;
}

function isOwn(error: Error): boolean {
  return (
    error instanceof StorageUnavailableError ||
    error instanceof StorageFullError ||
    error instanceof UnusableStorageError ||
    error instanceof DamagedRecordError
  );
}

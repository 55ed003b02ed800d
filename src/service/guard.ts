/** What every call passes through before and around its use-case: admission, session, deadline, failures. */

import { Refusal, type ErrorCode } from '../domain/errors.ts';
import { CALL_DEADLINE_MS } from '../domain/limits.ts';
import type { Session, User } from '../domain/models.ts';
import { StorageFullError, StorageUnavailableError } from '../storage/storage.ts';
import type { Call, Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import { readSessionToken } from './session-tokens.ts';

/**
 * Admits a call that needs no session and runs it. Never throws.
 * @param deadlineMs how long it may take, from now.
 */
export function guard<T>(
  dependencies: Dependencies,
  call: Call,
  run: () => Promise<T>,
  deadlineMs = CALL_DEADLINE_MS,
): Promise<T | Refusal> {
  const { clock, isShuttingDown } = dependencies;
  if (isShuttingDown()) return Promise.resolve(new Refusal('SHUTTING_DOWN'));
  return new Promise((resolve) => {
    const cancelDeadline = clock.wakeAt(clock.now() + deadlineMs, () => {
      resolve(new Refusal('DEADLINE_EXCEEDED'));
      call.abandon();
    });
    const settle = (answer: T | Refusal): void => {
      cancelDeadline();
      resolve(answer);
    };
    run().then(settle, (error: unknown) => settle(refusalFor(error, dependencies, call)));
  });
}

/** Admits a call, finds its live session and runs the use-case for the caller. Never throws. */
export function guardSession<T>(
  dependencies: Dependencies,
  call: Call,
  run: (caller: Caller) => Promise<T>,
  deadlineMs?: number,
): Promise<T | Refusal> {
  return guard<T | Refusal>(
    dependencies,
    call,
    async () => {
      const caller = await authenticate(dependencies, call);
      return caller instanceof Refusal ? caller : await run(caller);
    },
    deadlineMs,
  );
}

async function authenticate({ storage, clock }: Dependencies, call: Call): Promise<Caller | Refusal> {
  const { token } = call;
  const credential = token === undefined ? undefined : readSessionToken(token);
  if (credential === undefined) return new Refusal('UNAUTHENTICATED');
  const now = clock.now();
  const session = await storage.authenticate({ ...credential, now }, call);
  if (session instanceof Refusal) return session;
  return new AuthenticatedCaller(call, session, credential.tokenHash, now);
}

/** Made for every call: a class, because a literal with a getter costs many times as much. */
class AuthenticatedCaller implements Caller {
  readonly session: Session;
  readonly user: User;
  readonly tokenHash: Uint8Array;
  readonly now: number;
  readonly #call: Call;

  constructor(call: Call, session: Session, tokenHash: Uint8Array, now: number) {
    this.session = session;
    this.user = { userId: session.userId, displayName: session.displayName };
    this.tokenHash = tokenHash;
    this.now = now;
    this.#call = call;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }
}

/** The refusal for what was thrown. The cause goes to the log only: it may hold names of hosts or data of others. */
function refusalFor(error: unknown, { log, newId }: Dependencies, { method, signal }: Call): Refusal {
  const code = expectedFailure(error, signal);
  if (code !== undefined) {
    // A caller who went away is no failure of ours, and must not be able to fill the log.
    if (code === 'DEADLINE_EXCEEDED') log.debug({ method, code }, 'call given up');
    else log.warn({ method, code, err: error }, 'call failed');
    return new Refusal(code);
  }
  const correlationId = newId();
  log.error({ method, code: 'INTERNAL', correlationId, err: error }, 'call failed unexpectedly');
  return new Refusal('INTERNAL', { correlationId });
}

function expectedFailure(error: unknown, signal: AbortSignal): ErrorCode | undefined {
  if (error instanceof StorageUnavailableError) return 'STORAGE_UNAVAILABLE';
  if (error instanceof StorageFullError) return 'STORAGE_FULL';
  if (signal.aborted && error === signal.reason) return 'DEADLINE_EXCEEDED';
  return undefined;
}

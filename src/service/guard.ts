/** What every call passes through before and around its use-case: admission, rates, who calls, deadline, failures. */

import { Refusal, type FieldViolation } from '../domain/errors.ts';
import type { Session, User } from '../domain/models.ts';
import { storageFailure, type CancelSignal } from '../storage/storage.ts';
import type { CallOutcome } from './call-meter.ts';
import { CALLED_BY, type Api, type Call, type Caller, type CallerOf, type Method, type Operator } from './calls.ts';
import type { Dependencies } from './dependencies.ts';

/**
 * Admits a call, finds out who calls as far as its method asks for it, and runs the use-case. Never throws.
 * @param deadlineMs how long it may take, from now, if that is not as long as any call.
 */
export function guard<M extends Method, T>(
  dependencies: Dependencies,
  call: Call<M>,
  run: (caller: CallerOf<M>) => Promise<T>,
  deadlineMs?: number,
): Promise<T | Refusal> {
  if (!dependencies.log.isLevelEnabled('debug')) return answerInTime(dependencies, call, run, deadlineMs);
  const startedAt = dependencies.clock.now();
  return logged(answerInTime(dependencies, call, run, deadlineMs), startedAt, dependencies, call);
}

function answerInTime<M extends Method, T>(
  dependencies: Dependencies,
  call: Call<M>,
  run: (caller: CallerOf<M>) => Promise<T>,
  deadlineMs: number | undefined,
): Promise<T | Refusal> {
  const { clock, deadlines, isShuttingDown, meter, rateLimits } = dependencies;
  const mayWait = deadlineMs !== undefined;
  const refusal = isShuttingDown() ? new Refusal('SHUTTING_DOWN') : rateLimits.judgeAddress(call);
  if (refusal !== undefined) {
    meter.answered(call, refusal.code, 0, mayWait);
    return Promise.resolve(refusal);
  }
  const startedAtMs = performance.now();
  return new Promise((resolve) => {
    let isAnswered = false;
    const settle = (answer: T | Refusal): void => {
      if (isAnswered) return;
      isAnswered = true;
      cancelDeadline();
      meter.answered(call, outcomeOf(call, answer), performance.now() - startedAtMs, mayWait);
      resolve(answer);
    };
    const giveUp = (): void => {
      settle(new Refusal('DEADLINE_EXCEEDED'));
      call.abandon();
    };
    const cancelDeadline =
      deadlineMs === undefined ? deadlines.set(giveUp) : clock.wakeAt(clock.now() + deadlineMs, giveUp);
    serve(dependencies, call, run).then(settle, (error: unknown) => settle(failed(dependencies, call, error)));
  });
}

/** What a call came to, as it is counted. What is given up for a caller who has gone is no refusal: nobody hears it. */
export function outcomeOf({ signal }: Call, answer: unknown): CallOutcome {
  if (!(answer instanceof Refusal)) return 'OK';
  return answer.code === 'DEADLINE_EXCEEDED' && signal.aborted ? 'CANCELLED' : answer.code;
}

/** Finds out who calls, by whom a method is for. */
const FIND_CALLER: Readonly<
  Record<
    (typeof CALLED_BY)[Method],
    (dependencies: Dependencies, call: Call) => Call | Operator | Refusal | Promise<Caller | Refusal>
  >
> = { anybody: (_dependencies, call) => call, session: authenticate, operator: recognize };

async function serve<M extends Method, T>(
  dependencies: Dependencies,
  call: Call<M>,
  run: (caller: CallerOf<M>) => Promise<T>,
): Promise<T | Refusal> {
  const caller = await FIND_CALLER[CALLED_BY[call.method]](dependencies, call);
  // That both follow from the same table the compiler cannot see.
  return caller instanceof Refusal ? caller : await run(caller as CallerOf<M>);
}

/** Passes on an answer and notes in the log what the call came to, nothing of what it asked. */
async function logged<T>(
  answer: Promise<T>,
  startedAt: number,
  { log, clock }: Dependencies,
  { method }: Call,
): Promise<T> {
  const settled = await answer;
  const code = settled instanceof Refusal ? settled.code : 'OK';
  log.debug({ method, code, durationMs: clock.now() - startedAt }, 'call answered');
  return settled;
}

async function authenticate(
  { storage, clock, credentials, rateLimits }: Dependencies,
  call: Call,
): Promise<Caller | Refusal> {
  const { method, token } = call;
  const credential = token === undefined ? undefined : credentials.read(token);
  if (credential === undefined) return new Refusal('UNAUTHENTICATED');
  const now = clock.now();
  const session = await storage.authenticate({ ...credential, now }, call);
  if (session instanceof Refusal) return session;
  // By what was found, not by the token: anybody can make one up for somebody else's session.
  const tooFast = rateLimits.judgeSession(method, session.userId, now);
  return tooFast ?? new AuthenticatedCaller(call, session, credential.tokenHash, now);
}

function recognize({ clock, isOperator }: Dependencies, call: Call): Operator | Refusal {
  const { token, unreadable, signal } = call;
  if (token !== undefined && isOperator(token)) return { now: clock.now(), unreadable, signal };
  return new Refusal('UNAUTHENTICATED', { message: 'This is not the admin token, or there is none.' });
}

/** Made for every call: a class, because the engine makes its objects fastest. */
class AuthenticatedCaller implements Caller {
  readonly api: Api;
  readonly session: Session;
  readonly user: User;
  readonly tokenHash: Uint8Array;
  readonly now: number;
  readonly unreadable: readonly FieldViolation[];
  readonly signal: CancelSignal;

  constructor(call: Call, session: Session, tokenHash: Uint8Array, now: number) {
    this.api = call.api;
    this.session = session;
    this.user = { userId: session.userId, displayName: session.displayName };
    this.tokenHash = tokenHash;
    this.now = now;
    this.unreadable = call.unreadable;
    this.signal = call.signal;
  }
}

/** The refusal of a call that failed, or of a request that came to none. The cause goes to the log only: it may hold names of hosts or data of others. */
export function failed(
  { log, newId }: Pick<Dependencies, 'log' | 'newId'>,
  call: Call | undefined,
  error: unknown,
): Refusal {
  const { method, signal } = call ?? {};
  // A caller who went away is no failure of ours, and must not be able to fill the log.
  if (signal?.aborted === true && error === signal.reason) return new Refusal('DEADLINE_EXCEEDED');
  const code = storageFailure(error);
  if (code !== undefined) {
    log.warn({ method, code, err: error }, 'call failed');
    return new Refusal(code);
  }
  const correlationId = newId();
  log.error({ method, code: 'INTERNAL', correlationId, err: error }, 'call failed unexpectedly');
  return new Refusal('INTERNAL', { correlationId });
}

/** One call and what came of it, whichever API it went through. */

import type { ChatFacts, SessionFacts } from './facts.ts';

/** Members by name. */
export type Json = Readonly<Record<string, unknown>>;

/** A call as it was meant. */
export interface Attempt {
  /** As in the HTTP contract; `subscribe` too. */
  readonly operation: string;
  /** The fields of the request, by their names in the HTTP contract. */
  readonly request: Json;
  /** Whether the contract allows the request; undefined where that is left open. */
  readonly fits: boolean | undefined;
  /** Whose token it carries in a form that must be understood; absent: nobody's. */
  readonly session: SessionFacts | undefined;
  /** Whether the token may be understood or not. */
  readonly isTokenUnclear?: boolean;
  /** Whether it carries the admin token in a form that must be understood. */
  readonly isOperator: boolean;
  /** Whose session it names, if that was ever there. */
  readonly target: SessionFacts | undefined;
  /** The chat that it names, if that was ever there. */
  readonly chat: ChatFacts | undefined;
  /** The request and the answer, for whoever wants to make it again. */
  readonly describe: () => string;
}

/** What came of it. */
export interface Outcome {
  /** OK or the name of a refusal; absent where the protocol refuses without a name. */
  readonly code: string | undefined;
  /** The answer as JSON, if there is one. */
  readonly body: Json | undefined;
}

/** A call and what the model knew when it was made. */
export interface Exchange {
  readonly attempt: Attempt;
  readonly outcome: Outcome;
  readonly before: Snapshot;
}

/** What was the case before a call. */
export interface Snapshot {
  readonly isLive: boolean;
  readonly isTargetLive: boolean;
  readonly isOpen: boolean;
  readonly liveCount: number;
  readonly openCount: number;
  readonly ownOpenCount: number;
  readonly position: number;
}

/** Something that must not be. */
export class Unsound extends Error {
  override readonly name = 'Unsound';

  constructor(what: string, attempt?: Attempt) {
    super(attempt === undefined ? what : `${what}\n${attempt.describe()}`);
  }
}

/** Whether a call may take until time has passed, or until there is something to answer. */
export function mayWait({ operation, request, fits }: Pick<Attempt, 'operation' | 'request' | 'fits'>): boolean {
  return (
    operation === 'fetchUnread' && fits !== false && !['undefined', '0s', '0.000s'].includes(String(request['wait']))
  );
}

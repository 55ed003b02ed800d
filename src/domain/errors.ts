/** The closed list of refusals: the same names on every layer, in logs and on both APIs. */

/** Every refusal by name, with one sentence that says what it means to the caller. */
export const ERROR_MEANINGS = {
  SHUTTING_DOWN: 'The server is shutting down; retry on another instance or a little later.',
  RATE_LIMITED: 'Too many calls in a short time; retry after the given delay.',
  UNAUTHENTICATED: 'There is no live session with this token.',
  INVALID_ARGUMENT: 'The request has invalid fields; each is named with what is allowed.',
  CHAT_NOT_FOUND: 'There is no open chat with this id.',
  SESSION_NOT_FOUND: 'There is no live session of this user; only an operator is told so.',
  CHAT_READ_ONLY: 'Only the creator may post to this chat.',
  NOT_CHAT_CREATOR: 'Only the creator may close this chat.',
  MESSAGE_ID_CONFLICT: 'This client_message_id was used for another text in the past 10 minutes.',
  USER_LIMIT_REACHED: 'The server has as many live sessions as it may.',
  USER_CHAT_LIMIT_REACHED: 'This user has as many open chats as one user may.',
  CHAT_LIMIT_REACHED: 'The server has as many open chats as it may.',
  TOO_MANY_STREAMS: 'This session has as many open streams and waits as one session may.',
  SESSION_HAS_OPEN_CHATS: 'This session has open chats; close them, or ask to close them with the session.',
  STORAGE_FULL: 'The storage takes no more data.',
  STORAGE_UNAVAILABLE: 'The storage does not answer; retry. A post with a client_message_id is safe to retry.',
  DEADLINE_EXCEEDED: 'The call took longer than the server allows.',
  INTERNAL: 'The server failed; the correlation id leads to its log line.',
} as const;

/** The name of a refusal. */
export type ErrorCode = keyof typeof ERROR_MEANINGS;

/** All names, in the order in which they win when several hold at once (as far as they can meet). */
export const ERROR_CODES = Object.keys(ERROR_MEANINGS) as readonly ErrorCode[];

/** What is wrong with one field of a request. */
export interface FieldViolation {
  /** The field's name as in the contract (snake_case), with a dot between levels; empty for the request as a whole. */
  readonly field: string;
  /** What is wrong, and what is allowed. */
  readonly description: string;
}

/** What a refusal carries besides its name. */
export interface RefusalDetails {
  /** A sentence for people; the default is the meaning of the code. Never holds data of other users or of the storage. */
  readonly message?: string;
  /** With INVALID_ARGUMENT: every bad field. */
  readonly violations?: readonly FieldViolation[];
  /** With RATE_LIMITED: when to retry, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** With INTERNAL: the id under which the cause was logged. */
  readonly correlationId?: string;
}

/**
 * A call that is refused: a value, not an exception, because refusing is part of every operation's contract.
 * Tell it from a result with `instanceof Refusal`.
 */
export class Refusal<out Code extends ErrorCode = ErrorCode> {
  readonly code: Code;
  readonly message: string;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
  readonly correlationId: string | undefined;

  constructor(code: Code, details: RefusalDetails = {}) {
    this.code = code;
    this.violations = details.violations ?? [];
    this.message = details.message ?? describe(code, this.violations);
    this.retryAfterMs = details.retryAfterMs;
    this.correlationId = details.correlationId;
  }
}

/** A refusal for the bad fields of a request. */
export function invalidArgument(...violations: readonly FieldViolation[]): Refusal<'INVALID_ARGUMENT'> {
  return new Refusal('INVALID_ARGUMENT', { violations });
}

function describe(code: ErrorCode, violations: readonly FieldViolation[]): string {
  if (violations.length === 0) return ERROR_MEANINGS[code];
  return violations
    .map(({ field, description }) => (field === '' ? description : `${field}: ${description}`))
    .join('; ');
}

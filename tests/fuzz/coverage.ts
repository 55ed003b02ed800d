/** What a run has met: how often each operation came to what. */

import { OPERATIONS, problems } from '../support/openapi-document.ts';

/** What only HTTP refuses. */
export const OF_HTTP = new Set(['TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'HEADERS_TOO_LARGE']);

/** The codes of each operation that are documented. */
export function documentedCodes(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.values(OPERATIONS).map((operation) => [
      operation.operationId,
      [...new Set(problems(operation).map(({ code }) => code))],
    ]),
  );
}

/** What a run of any use has met: every operation succeeds, and is refused for everything that a caller can do wrong. */
const COMMON: Readonly<Record<string, readonly string[]>> = {
  createSession: ['INVALID_ARGUMENT', 'USER_LIMIT_REACHED'],
  endSession: ['UNAUTHENTICATED', 'SESSION_HAS_OPEN_CHATS'],
  createChat: ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'CHAT_LIMIT_REACHED', 'USER_CHAT_LIMIT_REACHED'],
  listChats: ['INVALID_ARGUMENT', 'UNAUTHENTICATED'],
  getChat: ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'CHAT_NOT_FOUND'],
  closeChat: ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'CHAT_NOT_FOUND', 'NOT_CHAT_CREATOR'],
  postMessage: ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'CHAT_NOT_FOUND', 'CHAT_READ_ONLY', 'MESSAGE_ID_CONFLICT'],
  listMessages: ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'CHAT_NOT_FOUND'],
  fetchUnread: ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'CHAT_NOT_FOUND'],
  markRead: ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'CHAT_NOT_FOUND'],
  listUnreadCounts: ['INVALID_ARGUMENT', 'UNAUTHENTICATED'],
  subscribe: ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'CHAT_NOT_FOUND', 'TOO_MANY_STREAMS'],
  listSessions: ['INVALID_ARGUMENT', 'UNAUTHENTICATED'],
  listAllChats: ['INVALID_ARGUMENT', 'UNAUTHENTICATED'],
  closeAnyChat: ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'CHAT_NOT_FOUND'],
  endAnySession: ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'SESSION_NOT_FOUND'],
  getSession: ['UNAUTHENTICATED'],
  getStats: [],
};

/** Counts outcomes by operation. */
export class Coverage {
  readonly #counts = new Map<string, number>();
  readonly #documented: Readonly<Record<string, readonly string[]>>;

  /** @param documented the codes that each operation may come to */
  constructor(documented: Readonly<Record<string, readonly string[]>>) {
    this.#documented = documented;
  }

  add(operation: string, code: string): void {
    const key = `${operation} ${code}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** How often an operation came to this. */
  count(operation: string, code: string): number {
    return this.#counts.get(`${operation} ${code}`) ?? 0;
  }

  get calls(): number {
    return this.#sum(() => true);
  }

  /** Of all calls, the part that succeeded. */
  get successRate(): number {
    return this.#sum((key) => key.endsWith(' OK')) / this.calls;
  }

  /** The documented codes of each operation that no call came to. */
  get neverMet(): readonly string[] {
    return Object.entries(this.#documented).flatMap(([operation, codes]) => {
      const unmet = codes.filter((code) => this.count(operation, code) === 0);
      return unmet.length === 0 ? [] : [`${operation}: ${unmet.join(', ')}`];
    });
  }

  /** The common outcomes that no call came to. */
  get missing(): readonly string[] {
    return Object.entries(COMMON)
      .flatMap(([operation, codes]) => ['OK', ...codes].map((code) => `${operation} ${code}`))
      .filter((key) => !this.#counts.has(key));
  }

  /** For people. */
  report(title: string): string {
    const rate = Math.round(this.successRate * 100);
    return [`${title}: ${this.calls} calls, ${rate} % succeeded; documented and never met:`, ...this.neverMet].join(
      '\n  ',
    );
  }

  #sum(isCounted: (key: string) => boolean): number {
    return [...this.#counts].reduce((total, [key, count]) => total + (isCounted(key) ? count : 0), 0);
  }
}

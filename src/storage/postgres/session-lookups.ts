/** Finding sessions, which every call begins with: those that are looked for in one turn are looked for together. */

import type { CancelSignal } from '../storage.ts';
import type { StorageTracer, TracePlace } from '../storage-tracer.ts';

/** Sessions that one statement looks for. */
const MAX_LOOKUPS = 256;

/** What is stored of a live session. */
export interface SessionLine {
  readonly display_name: string;
  readonly token_hash: Buffer;
  readonly created_at: number;
  readonly deadline: number;
}

/** The line of a session that is not live is empty. */
export type FoundLine = SessionLine | { readonly [Key in keyof SessionLine]: null };

/** Looks for sessions by their users' ids, each at a time of its own. @returns a line for each, in their order */
export type FindSessions = (userIds: readonly string[], nows: readonly number[]) => Promise<readonly FoundLine[]>;

interface Lookup {
  readonly userId: string;
  readonly now: number;
  readonly signal: CancelSignal | undefined;
  readonly resolve: (line: SessionLine | undefined) => void;
  readonly reject: (reason: unknown) => void;
  /** For whom it is, to whoever traces. */
  readonly place: TracePlace | undefined;
}

/** Looks sessions up for one handle. */
export class SessionLookups {
  readonly #findSessions: FindSessions;
  readonly #tracer: StorageTracer | undefined;
  #waiting: Lookup[] = [];

  constructor(findSessions: FindSessions, tracer?: StorageTracer) {
    this.#findSessions = findSessions;
    this.#tracer = tracer;
  }

  /** The session of a user if it is live at `now`. One whose signal is aborted before it is looked for rejects with the reason. */
  find(userId: string, now: number, signal?: CancelSignal): Promise<SessionLine | undefined> {
    return new Promise((resolve, reject) => {
      const lookup = { userId, now, signal, resolve, reject, place: this.#tracer?.here() };
      if (this.#waiting.push(lookup) === 1) setImmediate(() => this.#sendWaiting());
    });
  }

  /** Resolves once all that was asked for before is on its way. */
  async sent(): Promise<void> {
    if (this.#waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  #sendWaiting(): void {
    const lookups = this.#waiting.filter(isWanted);
    this.#waiting = [];
    for (let start = 0; start < lookups.length; start += MAX_LOOKUPS) {
      void this.#send(lookups.slice(start, start + MAX_LOOKUPS));
    }
  }

  async #send(lookups: readonly Lookup[]): Promise<void> {
    try {
      const find = (): ReturnType<FindSessions> =>
        this.#findSessions(
          lookups.map(({ userId }) => userId),
          lookups.map(({ now }) => now),
        );
      const places = lookups.map(({ place }) => place);
      const lines = await (this.#tracer === undefined ? find() : this.#tracer.together(places, find));
      if (lines.length !== lookups.length) throw new Error('find_sessions_v1 returned too few lines');
      for (const [index, { resolve }] of lookups.entries()) {
        const line = lines[index];
        resolve(line === undefined || line.display_name === null ? undefined : line);
      }
    } catch (error) {
      for (const { reject } of lookups) reject(error);
    }
  }
}

/** Whether somebody still waits for it. Whoever does not is told why. */
function isWanted({ signal, reject }: Lookup): boolean {
  if (signal?.aborted === true) reject(signal.reason);
  return signal?.aborted !== true;
}

/** Notices the end of one session for all its streams and waits on this instance. */

import { Refusal } from '../domain/errors.ts';
import { NEVER } from '../domain/lifetime.ts';
import type { Caller } from '../service/calls.ts';
import { Follower } from './follower.ts';
import type { LiveContext } from './live-context.ts';
import type { LiveStream } from './live-stream.ts';
import type { Wait } from './wait.ts';

/** Follows one session. */
export class SessionWatch {
  readonly streams = new Set<LiveStream>();
  readonly waits = new Set<Wait>();
  readonly #follower: Follower;
  #hasEnded = false;

  constructor(context: LiveContext, { user: { userId }, tokenHash }: Caller) {
    const { storage, clock } = context;
    this.#follower = new Follower(context, { userId }, async () => {
      const session = await storage.authenticate({ userId, tokenHash, now: clock.now() });
      if (!(session instanceof Refusal)) return session.expiresAt;
      this.#ended();
      return NEVER;
    });
  }

  /** Resolves when the session's end can no longer go unnoticed. */
  get opened(): Promise<void> {
    return this.#follower.opened;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Calls that the session holds open: its streams and waits. */
  get heldCalls(): number {
    return this.streams.size + this.waits.size;
  }

  /** Lets go of everything. */
  close(): void {
    this.#follower.close();
  }

  #ended(): void {
    this.#hasEnded = true;
    this.close();
    for (const stream of this.streams) stream.end('SESSION_ENDED');
    for (const wait of this.waits) wait.wake();
  }
}

/** Keeps the users with an open stream on a chat among its active users, however silent they are. */

import { activityResolutionMs } from '../domain/lifetime.ts';
import { MAX_USERS_PER_NOTE } from '../domain/limits.ts';
import type { User } from '../domain/models.ts';
import type { LiveContext } from './live-context.ts';

/** Notes activity in one chat. A note that fails is made up for by the next one. */
export class ActivityNotes {
  readonly #context: LiveContext;
  readonly #chatId: string;
  readonly #users: () => readonly User[];
  #cancelWakeUp: (() => void) | undefined;

  /** @param users says who has a stream open now. */
  constructor(context: LiveContext, chatId: string, users: () => readonly User[]) {
    this.#context = context;
    this.#chatId = chatId;
    this.#users = users;
  }

  /** Resolves when it is noted, or could not be, that these users are active now. */
  async note(users: readonly User[]): Promise<void> {
    const { storage, clock, log } = this.#context;
    try {
      for (let from = 0; from < users.length; from += MAX_USERS_PER_NOTE) {
        const some = users.slice(from, from + MAX_USERS_PER_NOTE);
        await storage.noteActivity({ chatId: this.#chatId, users: some, now: clock.now() });
      }
    } catch (error) {
      log.debug({ err: error }, 'noting the activity of open streams failed');
    }
  }

  /** Notes again and again, as often as anybody may, while somebody has a stream open. */
  start(): void {
    const { clock, limits } = this.#context;
    this.#cancelWakeUp ??= clock.wakeAt(clock.now() + activityResolutionMs(limits.sessionTtlMs), () => {
      this.#cancelWakeUp = undefined;
      const users = this.#users();
      if (users.length === 0) return;
      this.start();
      void this.note(users);
    });
  }

  stop(): void {
    this.#cancelWakeUp?.();
    this.#cancelWakeUp = undefined;
  }
}

/** Keeps the users with an open stream on a chat among its active users, however silent they are. */

import { ACTIVITY_RESOLUTION_MS } from '../domain/limits.ts';
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
      await storage.noteActivity({ chatId: this.#chatId, users, now: clock.now() });
    } catch (error) {
      log.debug({ err: error }, 'noting the activity of open streams failed');
    }
  }

  /** Notes again and again, as often as anybody may, while somebody has a stream open. */
  start(): void {
    const { clock } = this.#context;
    this.#cancelWakeUp ??= clock.wakeAt(clock.now() + ACTIVITY_RESOLUTION_MS, () => {
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

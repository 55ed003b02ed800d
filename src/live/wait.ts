/** One wait: an attempt that is repeated, whenever something has changed, until it succeeds or the wait is ended. */

/** Sleeps between its attempts. */
export class Wait {
  #isOver = false;
  #isRung = false;
  #wakeUp = (): void => {};

  /** Says that another attempt may succeed. */
  readonly ring = (): void => {
    this.#isRung = true;
    this.#wakeUp();
  };

  /** Lets no further attempt begin. */
  readonly end = (): void => {
    this.#isOver = true;
    this.ring();
  };

  /** @returns what an attempt returned, or undefined if the wait was ended before one returned something. */
  async repeat<T>(attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    while (!this.#isOver) {
      this.#isRung = false;
      const answer = await attempt();
      if (answer !== undefined) return answer;
      await this.#rung();
    }
    return undefined;
  }

  async #rung(): Promise<void> {
    if (this.#isRung) return;
    await new Promise<void>((resolve) => {
      this.#wakeUp = resolve;
    });
  }
}

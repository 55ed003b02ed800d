/** One wait: an attempt that is repeated, whenever something has changed, until it succeeds or the wait is ended. */

/** Sleeps between its attempts. */
export class Wait {
  #isOver = false;
  #isWoken = false;
  #wakeUp = (): void => {};

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Says that another attempt may succeed. */
  wake(): void {
    this.#isWoken = true;
    this.#wakeUp();
  }

  /** Lets no further attempt begin. One that is under way may still succeed. */
  end(): void {
    this.#isOver = true;
    this.wake();
  }

  /** @returns what an attempt returned, or undefined if the wait was ended before one returned something. */
  async repeat<T>(attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    while (!this.#isOver) {
      this.#isWoken = false;
      const answer = await attempt();
      if (answer !== undefined) return answer;
      await this.#woken();
    }
    return undefined;
  }

  async #woken(): Promise<void> {
    if (this.#isWoken) return;
    await new Promise<void>((resolve) => {
      this.#wakeUp = resolve;
    });
  }
}

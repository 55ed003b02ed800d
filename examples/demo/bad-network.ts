/** A network that loses answers. */

/** Loses answers on their way to the client. The server has done its work then, but the client cannot know: it asks again. */
export class BadNetwork {
  readonly #oneLostOf: number;
  #answers = 0;
  #lost = 0;

  /** @param oneLostOf of so many answers one, the last, is lost. */
  constructor(oneLostOf: number) {
    this.#oneLostOf = oneLostOf;
  }

  /** Whether the answer that comes now is lost. */
  losesAnswer(): boolean {
    this.#answers += 1;
    const lost = this.#answers % this.#oneLostOf === 0;
    if (lost) this.#lost += 1;
    return lost;
  }

  /** Answers lost until now. */
  get lost(): number {
    return this.#lost;
  }
}

/** What is wrong with one value, before it is known which field it came from. */

/** Says what is wrong and what is allowed. Tell it from an accepted value with `instanceof Problem`. */
export class Problem {
  readonly description: string;

  constructor(description: string) {
    this.description = description;
  }
}

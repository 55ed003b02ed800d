/** What a use-case answered, on its way out. */

import { Refusal } from '../domain/errors.ts';

/** Encodes an answer; a refusal stays one. */
export function answered<A, R>(answer: A | Refusal, write: (answer: A) => R): R | Refusal {
  return answer instanceof Refusal ? answer : write(answer);
}

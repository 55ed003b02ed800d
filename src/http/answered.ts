/** What a use-case answered, on its way out. */

import { Refusal } from '../domain/errors.ts';

/** Gives an answer its status and writes it; a refusal stays one. */
export function answered<A, S extends number, B>(
  answer: A | Refusal,
  status: S,
  write: (answer: A) => B,
): { readonly status: S; readonly body: B } | Refusal {
  return answer instanceof Refusal ? answer : { status, body: write(answer) };
}

/** The body of an answer that has none. */
export function nothing(): undefined {
  return undefined;
}

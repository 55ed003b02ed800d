/** What a test expects of an answer, in words that read well when it fails. */

import { expect } from 'vitest';

import { Refusal, type ErrorCode } from '../../domain/errors.ts';

/** The answer of a call that must not be refused. */
export async function accepted<T>(answer: Promise<T>): Promise<Exclude<T, Refusal>> {
  const result = await answer;
  if (result instanceof Refusal) expect.fail(`expected to be accepted, but was refused with ${result.code}`);
  return result as Exclude<T, Refusal>;
}

/** Expects a call to be refused with this code; a failure shows the other code or the answer. */
export async function expectRefusal(answer: Promise<unknown>, code: ErrorCode): Promise<void> {
  expect(outcomeOf(await answer)).toEqual({ refusedWith: code });
}

/** Expects INVALID_ARGUMENT for exactly this field. */
export async function expectInvalid(answer: Promise<unknown>, field: string): Promise<void> {
  const result = await answer;
  await expectRefusal(Promise.resolve(result), 'INVALID_ARGUMENT');
  expect((result as Refusal).violations.map((violation) => violation.field)).toEqual([field]);
}

/** Counts outcomes by name: the code of a refusal, or `accepted`. */
export function tally(results: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const name = result instanceof Refusal ? result.code : 'accepted';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** The answers that are not refusals. */
export function acceptedOnly<T>(results: readonly T[]): Exclude<T, Refusal>[] {
  return results.filter((result): result is Exclude<T, Refusal> => !(result instanceof Refusal));
}

/** The whole numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** The seqs of messages, as they come. */
export function seqsOf(messages: readonly { readonly seq: number }[]): number[] {
  return messages.map(({ seq }) => seq);
}

function outcomeOf(result: unknown): unknown {
  return result instanceof Refusal ? { refusedWith: result.code } : { answered: result };
}

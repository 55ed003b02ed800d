/** Turns the problems of single values into one refusal that names every bad field. */

import { invalidArgument, type FieldViolation, type Refusal } from './errors.ts';
import { MAX_NAMED_VIOLATIONS } from './limits.ts';
import { Problem } from './problem.ts';

/** Values that were accepted: the problems are gone from the types. */
export type Accepted<T> = { [K in keyof T]: Exclude<T[K], Problem> };

/**
 * Returns the values if all are accepted and nothing was unreadable, else a refusal with every bad field: the unreadable ones,
 * then the others in the order given. A field is named once: what could not be read is not judged. Of a request that
 * is bad as a whole nothing else is said. Of very many bad fields the first are named and the others counted.
 * @param unreadable what of the request could not be read.
 * @param values by the names of the fields in the contract, in camelCase here and in snake_case in the refusal.
 */
export function acceptFields<T extends Record<string, unknown>>(
  unreadable: readonly FieldViolation[],
  values: T,
): Accepted<T> | Refusal<'INVALID_ARGUMENT'> {
  let violations = unreadable;
  for (const key in values) {
    const value = values[key];
    if (value instanceof Problem) violations = withProblem(violations, toSnakeCase(key), value);
  }
  if (violations.length === 0) return values as Accepted<T>;
  const whole = violations.find(({ field }) => field === '');
  return whole === undefined ? invalidArgument(...firstOf(violations)) : invalidArgument(whole);
}

function firstOf(violations: readonly FieldViolation[]): readonly FieldViolation[] {
  const more = violations.length - MAX_NAMED_VIOLATIONS;
  if (more <= 0) return violations;
  return [...violations.slice(0, MAX_NAMED_VIOLATIONS), { field: '', description: `and ${more} more` }];
}

/** Whether a field, or a field within it, is among those named. */
export function isNamed(name: string, violations: readonly FieldViolation[]): boolean {
  return violations.some(({ field }) => field === name || field.startsWith(`${name}.`));
}

/** Applies a constructor to a value that may be left out. */
export function optional<T, R>(value: T | undefined, parse: (value: T) => R): R | undefined {
  return value === undefined ? undefined : parse(value);
}

function withProblem(
  violations: readonly FieldViolation[],
  field: string,
  { description }: Problem,
): readonly FieldViolation[] {
  return isNamed(field, violations) ? violations : [...violations, { field, description }];
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Turns the problems of single values into one refusal that names every bad field. */

import { invalidArgument, type FieldViolation, type Refusal } from './errors.ts';
import { Problem } from './problem.ts';

/** Values that were accepted: the problems are gone from the types. */
export type Accepted<T> = { [K in keyof T]: Exclude<T[K], Problem> };

/**
 * Returns the values if all are accepted, else a refusal with every bad field in the order given.
 * The keys are the names of the fields in the contract, in camelCase here and in snake_case in the refusal.
 */
export function acceptFields<T extends Record<string, unknown>>(values: T): Accepted<T> | Refusal<'INVALID_ARGUMENT'> {
  let violations: FieldViolation[] | undefined;
  for (const key in values) {
    const value = values[key];
    if (value instanceof Problem) {
      violations ??= [];
      violations.push({ field: toSnakeCase(key), description: value.description });
    }
  }
  return violations === undefined ? (values as Accepted<T>) : invalidArgument(...violations);
}

/** Applies a constructor to a value that may be left out. */
export function optional<T, R>(value: T | undefined, parse: (value: T) => R): R | undefined {
  return value === undefined ? undefined : parse(value);
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

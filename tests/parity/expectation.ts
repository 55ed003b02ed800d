/** What a scenario expects of an answer: some of its members, values by name, and what must not be there. */

import { expect } from 'vitest';
import type { Fields } from './api.ts';

/** Stands for a value that only the server knows: bound where it is first answered, the same from then on. */
export class Name {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A value that has a name. */
export function the(name: string): Name {
  return new Name(name);
}

/** In the place of a value: there is none. */
export const ABSENT = Symbol('absent');

/** The values by name. */
export type Names = Map<string, unknown>;

/** A request with the values in the place of their names. @throws if one has none yet. */
export function withValues(request: Fields, names: Names): Fields {
  const values = Object.entries(request).map(([key, value]): [string, unknown] => {
    if (!(value instanceof Name)) return [key, value];
    if (!names.has(value.name)) throw new Error(`nothing is called ${value.name} yet`);
    return [key, names.get(value.name)];
  });
  return Object.fromEntries(values);
}

/** Checks an answer, and binds the names in the expectation that have no value yet. */
export function check(actual: unknown, expected: unknown, names: Names, about: string): void {
  if (expected instanceof Name) {
    if (!names.has(expected.name) && actual !== undefined) names.set(expected.name, actual);
    expect(actual, `${about} is the same ${expected.name}`).toBe(names.get(expected.name));
  } else if (expected === ABSENT) {
    expect(actual, `${about} is absent`).toBeUndefined();
  } else if (Array.isArray(expected)) {
    expect(actual, `${about} is a list as long`).toHaveLength(expected.length);
    for (const [index, item] of expected.entries())
      check((actual as unknown[])[index], item, names, `${about}[${index}]`);
  } else if (typeof expected === 'object' && expected !== null) {
    expect(actual, `${about} is there`).toBeTypeOf('object');
    for (const [key, value] of Object.entries(expected))
      check((actual as Fields)[key], value, names, `${about}.${key}`);
  } else {
    expect(actual, about).toBe(expected);
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TOKEN = /^veche_/;
/** Signed, so longer than any text of a scenario that looks like it. */
const PAGE_TOKEN = /^[\w-]{40,}$/;

/** A replacer for `JSON.stringify`-like walks: what differs from server to server becomes its number of appearance. */
export function withoutSecrets(value: unknown, seen: Map<unknown, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, seen));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutSecrets(member, seen)]));
  }
  const isSecret = typeof value === 'string' && [UUID, TOKEN, PAGE_TOKEN].some((pattern) => pattern.test(value));
  if (!isSecret) return value;
  if (!seen.has(value)) seen.set(value, `value ${seen.size + 1}`);
  return seen.get(value);
}

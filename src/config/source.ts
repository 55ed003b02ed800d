/** Where values of settings come from, whatever it is. */

import type { Setting, SettingTable } from './setting.ts';
import { suggest } from './suggest.ts';

/** A value as somebody gave it. */
export interface GivenValue {
  readonly text: string;
  /** Where it was given: `--port`, `VECHE_PORT`, the path of a file. */
  readonly origin: string;
  /** What probably happened, in case the value is wrong. */
  readonly hint?: string | undefined;
}

/** What one source says. */
export interface Source {
  /** By the name of the setting. */
  readonly values: ReadonlyMap<string, GivenValue>;
  /** What is wrong with the source itself, such as names that do not exist. */
  readonly problems: readonly string[];
}

/** How text that is a path becomes what the file holds; throws if it cannot be read. */
export type ReadFile = (path: string) => string;

/** "unknown flag --prot; did you mean --port?" */
export function unknownName(what: string, name: string, known: Iterable<string>): string {
  const meant = suggest(name, [...known]);
  return `unknown ${what} ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

/** The flag of a setting. */
export function flagOf(setting: string): string {
  return `--${setting}`;
}

/** The environment variable of a setting. */
export function variableOf(setting: string): string {
  return `VECHE_${setting.replaceAll('-', '_').toUpperCase()}`;
}

/** The settings of a table, with their names. */
export function rowsOf<Table extends SettingTable>(
  table: Table,
): readonly (readonly [keyof Table & string, Setting])[] {
  return Object.entries(table);
}

/** Finds the value of every setting: a flag wins over a variable, a variable over the file, the file over the default. */

import { allowedFor, holdsPem, NONE, type Setting, type SettingTable, type SettingValues } from './setting.ts';
import { readSettingsFile } from './settings-file.ts';
import { rowsOf, type GivenValue, type ReadFile, type Source } from './source.ts';
import { readVariables } from './variables.ts';

/** Everything from which settings are read. */
export interface SettingSources {
  readonly flags: Source;
  readonly env: NodeJS.ProcessEnv;
  readonly readFile: ReadFile;
}

/** The values of all settings. */
export interface ResolvedSettings<Table extends SettingTable> {
  readonly values: SettingValues<Table>;
  /** Where each came from: `default`, `--port`, `VECHE_PORT` or the path of the file. */
  readonly origins: { readonly [Name in keyof Table]: string };
}

/** What must hold between settings that are each right by themselves. */
export interface SettingRule<Table extends SettingTable> {
  /** It is asked for only if nothing is wrong with these. */
  readonly concerns: readonly (keyof Table & string)[];
  /** What is wrong, in a sentence; undefined if nothing is. */
  problem(settings: ResolvedSettings<Table>): string | undefined;
}

/** Settings with which nothing can be started. Tell them from resolved ones with `instanceof`. */
export class WrongSettings {
  /** All that is wrong, a sentence each. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    this.problems = problems;
  }
}

/**
 * Finds the value of every setting of the table. Only the value that wins is judged.
 * The setting named `config`, if the table has it, names the file.
 */
export function resolveSettings<Table extends SettingTable>(
  table: Table,
  { flags, env, readFile }: SettingSources,
  rules: readonly SettingRule<Table>[] = [],
): ResolvedSettings<Table> | WrongSettings {
  const variables = readVariables(table, env, readFile);
  const path = (flags.values.get('config') ?? variables.values.get('config'))?.text ?? NONE;
  const file: Source =
    path === NONE || path === '' ? { values: new Map(), problems: [] } : readSettingsFile(table, path, readFile);

  const sources = [flags, variables, file];
  const problems = sources.flatMap((source) => source.problems);
  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  const wrong = new Set<string>();
  for (const [name, setting] of rowsOf(table)) {
    const given = sources.map((source) => source.values.get(name)).find((value) => value !== undefined);
    origins[name] = given?.origin ?? 'default';
    if (given === undefined) {
      values[name] = setting.default;
    } else if (setting.default !== undefined || given.text !== NONE) {
      values[name] = setting.kind.read(given.text);
      if (values[name] === undefined) {
        wrong.add(name);
        problems.push(wrongValue(name, setting, given));
      }
    }
  }
  const settings = { values, origins } as ResolvedSettings<Table>;
  for (const rule of rules) {
    const broken = rule.concerns.some((name) => wrong.has(name)) ? undefined : rule.problem(settings);
    if (broken !== undefined) problems.push(broken);
  }
  return problems.length > 0 ? new WrongSettings(problems) : settings;
}

function wrongValue(name: string, setting: Setting, { text, origin, hint }: GivenValue): string {
  const shown = setting.secret === true || holdsPem(text) ? '***' : JSON.stringify(text);
  const advice = hint === undefined ? '' : `. ${hint}`;
  return `${name} is ${shown} (${origin}); it must be ${allowedFor(setting)}${advice}`;
}

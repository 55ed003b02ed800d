/** The commands that take the settings of the server. */

import { Option, type Command } from 'commander';
import { resolveSettings, WrongSettings, type ResolvedSettings } from '../config/resolve-settings.ts';
import { SETTING_RULES } from '../config/setting-rules.ts';
import { SETTINGS } from '../config/settings.ts';
import { flagOf, rowsOf, unknownName, variableOf, type GivenValue, type Source } from '../config/source.ts';
import { allowedFor, NONE, type Setting } from '../config/setting.ts';
import { EXIT_USAGE } from './exit-codes.ts';
import type { Io } from './io.ts';

const HELP = `
Every setting may also be given as the variable shown, or in a YAML file (${flagOf('config')}) with keys named like the flags.
A flag wins over a variable, a variable over the file. An empty variable counts as not set. Durations: 500ms, 90s, 1h30m.`;

/** What such a command does once the settings are known to be right. @returns its exit code. */
export type SettingsAction = (settings: ResolvedSettings<typeof SETTINGS>, io: Io) => number | Promise<number>;

/** Gives a command a flag for every setting; `action` runs if all settings are right, else all that is wrong is shown. */
export function takeSettings(command: Command, io: Io, onExit: (code: number) => void, action: SettingsAction): void {
  for (const [name, setting] of rowsOf(SETTINGS)) command.addOption(toOption(name, setting));
  command
    .configureHelp({ optionTerm: ({ flags }) => flags.replace('[', '<').replace(']', '>') })
    .addHelpText('after', HELP)
    // What is unknown is shown together with everything else that is wrong.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      const sources = { flags: readFlags(command), env: io.env, readFile: io.readFile };
      const settings = resolveSettings(SETTINGS, sources, SETTING_RULES);
      if (settings instanceof WrongSettings) {
        io.writeError(describeProblems(settings.problems));
        onExit(EXIT_USAGE);
      } else {
        onExit(await action(settings, io));
      }
    });
}

function toOption(name: string, setting: Setting): Option {
  const value = setting.default === undefined ? NONE : setting.kind.write(setting.default);
  const description = `${setting.description} (${variableOf(name)}; default: ${value})`;
  // A value that is left out is a problem like any other, so to the parser it may be left out.
  return new Option(`${flagOf(name)} [${setting.kind.metavar}]`, description).helpGroup(`${setting.group}:`);
}

/** The flags of the command line; whatever else stands there is a problem. */
function readFlags(command: Command): Source {
  const values = new Map<string, GivenValue>();
  const problems: string[] = [];
  const known = command.options.map((option) => flagOf(option.name()));

  for (const option of command.options) {
    const name = option.name() as keyof typeof SETTINGS;
    const value = command.getOptionValue(option.attributeName()) as string | true | undefined;
    const flag = flagOf(name);
    if (value === true) problems.push(`${name} has no value (${flag}); it must be ${allowedFor(SETTINGS[name])}`);
    else if (value !== undefined) values.set(name, { text: value, origin: flag });
  }
  for (const [index, argument] of command.args.entries()) {
    if (argument.startsWith('-')) problems.push(unknownName('flag', argument.replace(/=.*/s, ''), known));
    // What follows an unknown flag is probably its value, and perhaps a secret.
    else if (command.args[index - 1]?.startsWith('-') !== true) problems.push(`unexpected argument "${argument}"`);
  }
  return { values, problems };
}

/** All that is wrong, a line each. */
export function describeProblems(problems: readonly string[]): string {
  const heading = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return `veche: ${heading} with the settings:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`;
}

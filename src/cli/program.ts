/** The command line of `veche`. */

import { Command, CommanderError } from 'commander';
import { SETTINGS } from '../config/settings.ts';
import { flagOf, rowsOf } from '../config/source.ts';
import { addAdminCommands } from './admin-command.ts';
import { showConfig } from './config.ts';
import { EXIT_CODES_HELP, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import type { HealthQuestion } from './health.ts';
import type { Io } from './io.ts';
import { takeSettings, type SettingsAction } from './settings-command.ts';
import { readVersion } from '../lifecycle/version.ts';

/** What `veche migrate` can do. */
const MIGRATE_COMMANDS = {
  up: 'apply every migration that is missing, as a start does',
  down: 'take the latest migration back, with all data in what it had added',
  status: 'tell which migrations are applied, and change nothing',
} as const;

/** What `veche health` can ask. */
const HEALTH_COMMANDS: Readonly<Record<HealthQuestion, string>> = {
  live: 'ask whether the server runs (/healthz)',
  ready: 'ask whether it takes calls: its storage answers, and it is not stopping (/readyz)',
};

/** Carries out a command line, without the program's own name. @returns the exit code. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  let exitCode = EXIT_OK;
  const onExit = (code: number): void => {
    exitCode = code;
  };

  const program = new Command('veche')
    .description('Group chat without accounts, over gRPC and HTTP.')
    .version(readVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print this help, or that of a command')
    .showHelpAfterError('(veche --help tells what there is)')
    .configureOutput({ writeOut: (text) => io.write(text), writeErr: (text) => io.writeError(text) })
    .exitOverride();
  const serveCommand = program.command('serve').description('run a server until it is told to stop');
  takeSettings(serveCommand, io, onExit, serve);
  serveCommand.addHelpText('after', EXIT_CODES_HELP);
  const configCommand = program.command('config').description('print the settings in effect and where each comes from');
  takeSettings(configCommand, io, onExit, showConfig);
  const migrateCommand = program
    .command('migrate')
    .description('bring the schema of PostgreSQL up to date, or take it back; a start does what is missing by itself')
    .helpCommand(false);
  for (const [direction, description] of Object.entries(MIGRATE_COMMANDS)) {
    const command = migrateCommand.command(direction).description(description);
    takeSettings(command, io, onExit, migrate(direction as keyof typeof MIGRATE_COMMANDS));
  }

  const healthCommand = program
    .command('health')
    .description('ask the server that runs here with the same settings how it is; exit code 0 if well, else 1')
    .helpCommand(false);
  for (const [question, description] of Object.entries(HEALTH_COMMANDS)) {
    const command = healthCommand.command(question).description(description);
    takeSettings(command, io, onExit, health(question as HealthQuestion));
  }
  addAdminCommands(program, io, onExit);

  const setting = settingBeforeCommand(args);
  try {
    if (setting !== undefined) {
      program.error(`error: ${setting} belongs after a command; did you mean "veche serve ${setting} …"?`);
    }
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
  }
}

/** The flag of a setting with which the command line begins, if it does; its value stays unsaid, as it may be a secret. */
function settingBeforeCommand([first = '']: readonly string[]): string | undefined {
  const flags = rowsOf(SETTINGS).map(([name]) => flagOf(name));
  return flags.find((flag) => first === flag || first.startsWith(`${flag}=`));
}

/** Loads the server only for the commands that need it: the others answer in a fraction of the time. */
const serve: SettingsAction = async (settings, io) => (await import('./serve.ts')).serve(settings, io);

function migrate(direction: keyof typeof MIGRATE_COMMANDS): SettingsAction {
  return async (settings, io) => (await import('./migrate.ts')).migrate(direction)(settings, io);
}

function health(question: HealthQuestion): SettingsAction {
  return async (settings, io) => (await import('./health.ts')).health(question)(settings, io);
}

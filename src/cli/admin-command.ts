/** The command line of `veche admin`, by which an operator asks a running server. */

import { Option, type Command } from 'commander';
import { resolveSettings, WrongSettings, type SettingRule } from '../config/resolve-settings.ts';
import type { Kind, SettingTable } from '../config/setting.ts';
import { SERVER_SETTINGS } from '../config/settings/server.ts';
import { flagOf, variableOf, type GivenValue } from '../config/source.ts';
import type * as Admin from './admin.ts';
import { EXIT_USAGE } from './exit-codes.ts';
import type { Io } from './io.ts';
import { describeProblems } from './settings-command.ts';

const TOKEN = 'admin-token';
const TOKEN_VARIABLES = [variableOf(TOKEN), `${variableOf(TOKEN)}_FILE`];

const HELP = `
The token is that of the server's settings; on the command line others of this machine can see it.
A certificate of one's own is trusted by NODE_EXTRA_CA_CERTS=<path>.

Exit codes: 0 done; 1 refused, or not answered; 2 wrong command line.`;

/** How the server is found. The other settings are its own. */
const SETTINGS = {
  address: {
    group: 'Server',
    kind: httpOrigin(),
    default: 'http://127.0.0.1:8080',
    description: 'the server to ask',
  },
  [TOKEN]: { ...SERVER_SETTINGS[TOKEN], description: "the admin token in the server's settings" },
} as const satisfies SettingTable;

const tokenIsSet: SettingRule<typeof SETTINGS> = {
  concerns: [TOKEN],
  problem: ({ values }) =>
    values[TOKEN] === undefined ? `${TOKEN} is not set (${flagOf(TOKEN)}, ${TOKEN_VARIABLES.join(' or ')})` : undefined,
};

/** Adds the commands. */
export function addAdminCommands(program: Command, io: Io, onExit: (code: number) => void): void {
  const admin = program
    .command('admin')
    .description('list what is on a running server, and end it, as an operator')
    .helpCommand(false);
  const add = (usage: string, description: string): Command => admin.command(usage).description(description);
  const list = (name: string, what: string): Command =>
    add(name, `list ${what}, newest first`).option('--json', 'print each as a line of JSON');
  const end = (usage: string, description: string): Command =>
    add(usage, description).requiredOption('--reason <text>', 'why, for the log of the server');

  asks(list('sessions', 'the live sessions'), io, onExit, 'listSessions');
  asks(list('chats', 'the open chats, also the unlisted'), io, onExit, 'listChats');
  asks(end('close-chat <id>', 'close a chat, whoever created it'), io, onExit, 'closeChat');
  asks(end('end-session <user-id>', 'end a session, with its chats'), io, onExit, 'endSession');
}

/** Gives a command the settings by which it finds the server; `action` runs if they are right. */
function asks(command: Command, io: Io, onExit: (code: number) => void, name: keyof typeof Admin): void {
  const { address, [TOKEN]: token } = SETTINGS;
  const where = `${address.description} (default: ${address.default})`;
  command
    .addOption(new Option(`${flagOf('address')} <${address.kind.metavar}>`, where))
    .addOption(
      new Option(
        `${flagOf(TOKEN)} <${token.kind.metavar}>`,
        `${token.description} (or ${TOKEN_VARIABLES.join(' or ')})`,
      ),
    )
    .addHelpText('after', HELP)
    .action(async () => {
      const server = readServer(command, io);
      if (server instanceof WrongSettings) {
        io.writeError(describeProblems(server.problems));
        onExit(EXIT_USAGE);
        return;
      }
      // Loaded only here: other commands do without the client.
      const action: Admin.AdminAction = (await import('./admin.ts'))[name];
      const { json: isJson = false, reason = '' } = command.opts<{ json?: boolean; reason?: string }>();
      onExit(await action(server, io, { id: command.args[0] ?? '', isJson, reason }));
    });
}

/** Only the variables of the token are looked at: the others are those of a server, which may not be this one. */
function readServer(command: Command, { env, readFile }: Io): Admin.AdminServer | WrongSettings {
  const given = command.opts<Readonly<Record<string, string>>>();
  const values = new Map<string, GivenValue>();
  for (const option of command.options) {
    const [name, text] = [option.name(), given[option.attributeName()]];
    if (name in SETTINGS && text !== undefined) values.set(name, { text, origin: flagOf(name) });
  }
  const own = Object.fromEntries(TOKEN_VARIABLES.map((name) => [name, env[name]]));
  const settings = resolveSettings(SETTINGS, { flags: { values, problems: [] }, env: own, readFile }, [tokenIsSet]);
  if (settings instanceof WrongSettings) return settings;
  return { address: settings.values.address, token: settings.values[TOKEN] ?? '' };
}

/** Where a server is: a URL without anything after the port. */
function httpOrigin(): Kind<string> {
  return {
    metavar: 'url',
    allowed: 'a URL like http://127.0.0.1:8080 or https://chat.example.org, without a path',
    read: (text) => {
      const url = URL.parse(text);
      const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
      return isOrigin ? url.origin : undefined;
    },
    write: (origin) => origin,
  };
}

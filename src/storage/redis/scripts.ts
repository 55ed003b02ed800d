/** The scripts: Lua files whose header names keys, arguments and shared pieces; run by their hash. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the keys of a script live: with one chat, one user, one share of the rates, or with the server. Always one slot. */
export type Scope = 'chat' | 'user' | 'rates' | 'server';

/** A script as it is sent. */
export interface Script {
  readonly name: ScriptName;
  readonly source: string;
  /** SHA-1 of the source, by which Redis knows it. */
  readonly hash: string;
  readonly scope: Scope;
  /** The last part of each key; empty where they come with the call. */
  readonly keys: readonly string[];
  /** Names of the arguments, in order. */
  readonly args: readonly string[];
}

const SCRIPT_NAMES = [
  'announce-chat',
  'close-chat',
  'confirm-chat',
  'confirm-chat-place',
  'count-unread',
  'create-session',
  'departed-visitors',
  'end-session',
  'fetch-unread',
  'find-work',
  'forget-chat',
  'forget-departed',
  'forget-visits',
  'free-chat-place',
  'free-session-places',
  'get-stats',
  'intend',
  'left-by-session',
  'list-chats',
  'list-messages',
  'list-sessions',
  'list-visits',
  'look-at-session',
  'look-later',
  'make-chat',
  'mark-read',
  'note-activity',
  'open-data',
  'post-message',
  'read-messages',
  'renew-leases',
  'report-posts',
  'settle-chat',
  'spend-rates',
  'take-chat-place',
  'take-session-place',
  'touch-session',
  'view-chat',
  'view-session',
  'visit-chat',
] as const;

/** The name of a script: that of its file. */
export type ScriptName = (typeof SCRIPT_NAMES)[number];

const FOLDER = join(import.meta.dirname, 'lua');

/** Every script by its name. */
export const SCRIPTS = Object.fromEntries(SCRIPT_NAMES.map((name) => [name, loadScript(name)])) as Readonly<
  Record<ScriptName, Script>
>;

/**
 * Reads `-- KEYS <scope>: …` (`...` for those that come with the call), `-- ARGV: …` (`#` before what is a number, `...` for the
 * rest), `-- include: …` and `-- flags: …` from the header and puts before the code what they stand for: local names, the shared pieces, and how Redis is to run it.
 * `allow-oom` is for what frees memory or takes next to none: it runs also when Redis is full, or nothing could be freed then.
 */
function loadScript(name: ScriptName): Script {
  const code = readFileSync(join(FOLDER, `${name}.lua`), 'utf8');
  const [, scope, keyList = ''] = /^-- KEYS (chat|user|rates|server): (.+)$/m.exec(code) ?? [];
  const argList = /^-- ARGV: (.+)$/m.exec(code)?.[1] ?? '';
  if (scope === undefined) throw new Error(`the header of ${name}.lua names no keys`);
  const included = wordsOf(/^-- include: (.+)$/m.exec(code)?.[1] ?? '').map((piece) =>
    readFileSync(join(FOLDER, 'shared', `${piece}.lua`), 'utf8'),
  );
  const keys = wordsOf(keyList).filter((word) => word !== '...');
  const args = wordsOf(argList).filter((word) => word !== '...');
  const lines = [
    ...keys.map((key, index) => `local ${key} = KEYS[${index + 1}]`),
    ...args.map((arg, index) =>
      arg.startsWith('#')
        ? `local ${arg.slice(1)} = tonumber(ARGV[${index + 1}])`
        : `local ${arg} = ARGV[${index + 1}]`,
    ),
    `local rest = { unpack(ARGV, ${args.length + 1}) }`,
  ];
  const flags = /^-- flags: (.+)$/m.exec(code)?.[1];
  const shebang = flags === undefined ? [] : [`#!lua flags=${flags}`];
  const source = [...shebang, ...lines, ...included, code].join('\n');
  return {
    name,
    source,
    hash: createHash('sha1').update(source).digest('hex'),
    scope: scope as Scope,
    keys: keys.map((key) => key.replaceAll('_', '-')),
    args: args.map((arg) => camelCase(arg.replace('#', ''))),
  };
}

function wordsOf(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

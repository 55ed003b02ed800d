/** What a setting is, and the kinds of values that settings have. */

import { isIP } from 'node:net';
import { formatDuration, parseDuration } from './duration.ts';

/** One setting: the flag, the variable, the key of the file and the line of the help all come from this. */
export interface Setting<T = unknown> {
  /** The heading under which the help shows it. */
  readonly group: string;
  readonly kind: Kind<T>;
  /** Without one, `NONE` stands for having no value. */
  readonly default: T | undefined;
  /** What it does, beginning in lower case, without a full stop. */
  readonly description: string;
  /** Shown only as far as its kind hides what is secret in it; may also be given as the path of a file that holds it, in `VECHE_…_FILE`. */
  readonly secret?: true;
}

/** The word by which a setting that has no default gets no value, whatever a weaker source says. */
export const NONE = 'none';

/** What a setting may be: "a duration from 1s to 1h, such as …, or none". */
export function allowedFor({ kind, default: fallback }: Setting): string {
  return fallback === undefined ? `${kind.allowed}, or ${NONE}` : kind.allowed;
}

/** Settings by the name of their flag. */
export type SettingTable = Readonly<Record<string, Setting>>;

/** The values of a table's settings. */
export type SettingValues<Table extends SettingTable> = {
  readonly [Name in keyof Table]: Table[Name] extends { readonly kind: Kind<infer T>; readonly default: infer Default }
    ? T | Extract<Default, undefined>
    : never;
};

/** How the values of a setting are read from text, the form that every source gives, and written back. */
export interface Kind<T> {
  /** Stands for the value in the help: `--port <number>`. */
  readonly metavar: string;
  /** What is allowed: "a whole number from 0 to 65535". */
  readonly allowed: string;
  /** Reads a value; undefined if it is not allowed. */
  read(text: string): T | undefined;
  /** Writes a value so that `read` gives the same. */
  write(value: T): string;
  /** Writes a secret value for everybody to see; without this, nothing of it is shown. */
  mask?(value: T): string;
}

/** A range with both its ends. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number in decimal digits. */
export function wholeNumber(range: Range): Kind<number> {
  return {
    metavar: 'number',
    allowed: `a whole number from ${range.min} to ${range.max}`,
    read: (text) => (/^\d+$/.test(text) ? within(range, Number(text)) : undefined),
    write: String,
  };
}

/** A share of a whole, as a decimal fraction. */
export function ratio(): Kind<number> {
  return {
    metavar: 'number',
    allowed: 'a number from 0 to 1 with at most six decimals, such as 0.1',
    read: (text) => (/^(?:0|1|0\.\d{1,6}|1\.0{1,6})$/.test(text) ? Number(text) : undefined),
    write: String,
  };
}

/** A duration in milliseconds, written as `90s` or `1h30m`. */
export function duration(range: Range): Kind<number> {
  return {
    metavar: 'duration',
    allowed: `a duration from ${formatDuration(range.min)} to ${formatDuration(range.max)}, such as 1500ms, 90s or 1h30m`,
    read: (text) => within(range, parseDuration(text)),
    write: formatDuration,
  };
}

/** One of a few words. */
export function oneOf<const Choice extends string>(...choices: readonly Choice[]): Kind<Choice> {
  return {
    metavar: choices.join('|'),
    allowed: choices.length === 1 ? choices.join() : `one of ${choices.join(', ')}`,
    read: (text) => choices.find((choice) => choice === text),
    write: (choice) => choice,
  };
}

/** Yes or no. */
export function trueOrFalse(): Kind<boolean> {
  return {
    metavar: 'true|false',
    allowed: 'true or false',
    read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
    write: String,
  };
}

/** Names with dots between their parts, the last of which is no number: `999.1.1.1` is no name, but a wrong address. */
const HOST_NAME = /^(?:[\w-]+\.)*(?!\d+$)[\w-]+$/;

/** An address to listen on, as a name or in numbers. */
export function hostName(): Kind<string> {
  return {
    metavar: 'address',
    allowed: 'a host name or an IP address, without brackets or a port',
    read: (text) => (isIP(text) !== 0 || HOST_NAME.test(text) ? text : undefined),
    write: (host) => host,
  };
}

/** The path of a file. */
export function path(): Kind<string> {
  return { metavar: 'path', allowed: 'the path of a file', read: (text) => text || undefined, write: (path) => path };
}

/** The path of a file that holds a certificate or a key, which is not to be given itself. */
export function pemPath(): Kind<string> {
  return {
    metavar: 'path',
    allowed: 'the path of a PEM file',
    read: (text) => (text === '' || holdsPem(text) ? undefined : text),
    write: (path) => path,
  };
}

/** Whether a text is what belongs into a PEM file: perhaps a private key, so it must not be shown. */
export function holdsPem(text: string): boolean {
  return text.includes('-----BEGIN');
}

/** Text of a certain form. @param allowed says it in words. */
export function matching(metavar: string, pattern: RegExp, allowed: string): Kind<string> {
  return { metavar, allowed, read: (text) => (pattern.test(text) ? text : undefined), write: (value) => value };
}

function within({ min, max }: Range, value: number | undefined): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

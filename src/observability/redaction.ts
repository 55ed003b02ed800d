/** What keeps secrets out of the log, should somebody hand them to it: the storages and the service are to do no such thing. */

import { stdSerializers } from 'pino';

/** What may be said of an error besides its message. All else that drivers attach may quote what they were sent. */
const ERROR_FIELDS = [
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'severity',
  'routine',
  'schema',
  'table',
  'constraint',
] as const;

/** An error for the log: its kind, its message with those of its causes, its stack, and facts of a closed list. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack, aggregateErrors, ...others } = stdSerializers.err(error);
  const facts = Object.fromEntries(
    ERROR_FIELDS.filter((name) => others[name] !== undefined).map((name) => [name, others[name]]),
  );
  const errors = (aggregateErrors as readonly Error[] | undefined)?.map(({ message: text }) => text);
  return { type, message, stack, ...facts, ...(errors !== undefined && { errors }) };
}

const SECRET_NAMES = ['token', 'tokenHash', 'adminToken', 'authorization', 'password', 'text', 'displayName'];

/** The places in the fields of a line where nothing may be shown. */
export const SECRET_FIELDS = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** The token of a session, and the password in a URL. */
const TOKEN = /veche_[A-Za-z0-9_-]{64}/g;
const URL_PASSWORD = /(\b[a-z]+:\/\/[^\s:/@"]*):[^\s/@"]+@/g;

/** Takes the secrets that are known by their form out of a line. */
export function redactLine(line: string): string {
  return line.replace(TOKEN, 'veche_***').replace(URL_PASSWORD, '$1:***@');
}

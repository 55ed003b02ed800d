/** `veche health`: asks the server on this machine how it is, as the health check of a container does. */

import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { toConfig, type Config } from '../config/config.ts';
import { flagOf, variableOf } from '../config/source.ts';
import { EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { SettingsAction } from './settings-command.ts';
import { originOf } from './welcome.ts';

/** Of the whole answer: a server that takes longer is not well. */
const TIMEOUT_MS = 3_000;

const PATHS = { live: '/healthz', ready: '/readyz' };
/** What can be asked. */
export type HealthQuestion = keyof typeof PATHS;

/** Where the server listens; health may have a port of its own, in the clear. */
type Listening = Pick<Config, 'host' | 'port' | 'tls'> & {
  readonly ops?: { readonly host: string; readonly port: number } | undefined;
};

/** Asks the server that runs with the same settings. Exit code 0: yes; 1: no, or no answer. */
export function health(question: HealthQuestion): SettingsAction {
  return async ({ values }, io) => {
    const listening: Listening = toConfig(values);
    const { host, port } = listening.ops ?? listening;
    if (port === 0) {
      const name = listening.ops === undefined ? 'port' : 'ops-port';
      io.writeError(`veche: cannot ask: ${name} is 0, any free one; name it (${flagOf(name)}, ${variableOf(name)})\n`);
      return EXIT_USAGE;
    }
    const url =
      originOf({ host, port }, listening.ops === undefined ? listening : { tls: undefined }) + PATHS[question];
    return ask(url, io);
  };
}

async function ask(url: string, io: Io): Promise<number> {
  try {
    const { statusCode = 0, body } = await get(url);
    if (statusCode === 200) {
      io.write(`${body}\n`);
      return EXIT_OK;
    }
    io.writeError(`veche: ${url} answers ${statusCode}: ${body}\n`);
  } catch (error) {
    io.writeError(`veche: ${url} does not answer: ${describe(error)}\n`);
  }
  return EXIT_FAILURE;
}

async function get(url: string): Promise<{ readonly statusCode: number | undefined; readonly body: string }> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // Its certificate is for the name by which clients know it, which need not be one of this machine.
  const request = url.startsWith('https:')
    ? requestHttps(url, { signal, rejectUnauthorized: false })
    : requestHttp(url, { signal });
  request.on('response', resolve).on('error', reject).end();
  const response = await promise;
  return { statusCode: response.statusCode, body: await text(response) };
}

/** Several addresses of one name fail together, without a message of their own. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ');
  if ((error as Error).name === 'AbortError') return `nothing within ${TIMEOUT_MS / 1_000}s`;
  return (error as Error).message;
}

/** What keeps a server from starting, in words for whoever started it. */

import type { Config } from '../config/config.ts';
import { flagOf, variableOf } from '../config/source.ts';
import { StorageUnavailableError, UnusableStorageError } from '../storage/storage.ts';
import type { Address } from './listener.ts';

/** The server cannot start; the message says why and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** From where the number of a port comes. */
type PortSetting = 'port' | 'grpc-port' | 'ops-port';

/** Puts a failure to open a port in words. @param setting from which the port comes. */
export function portError(cause: unknown, { host, port }: Address, setting: PortSetting): StartError {
  const portSetting = `${flagOf(setting)} (${variableOf(setting)})`;
  const hostName = setting === 'ops-port' ? 'ops-host' : 'host';
  const hostSetting = `${flagOf(hostName)} (${variableOf(hostName)})`;
  const reasons: Record<string, string> = {
    EADDRINUSE: `something else is using it: choose another with ${portSetting}; 0 takes any that is free`,
    EACCES: `this user may not open it: choose one above 1023 with ${portSetting}`,
    EADDRNOTAVAIL: `this machine does not have that address: choose another with ${hostSetting}`,
    EAFNOSUPPORT: `this machine has no addresses of that kind: choose another with ${hostSetting}`,
    EAI_AGAIN: `that name cannot be looked up: choose another with ${hostSetting}`,
    ENOTFOUND: `there is no such host: choose another with ${hostSetting}`,
  };
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new StartError(`cannot open port ${port} on ${host}: ${reasons[code] ?? message}`, { cause });
}

const STORAGE_NAMES: Readonly<Record<Config['storage'], string>> = {
  memory: 'the memory',
  redis: 'Redis',
  postgres: 'PostgreSQL',
};

/** Puts a failure to open the storage in words; what is neither of those that a storage promises stays what it is. */
export function storageError(cause: unknown, storage: Config['storage']): unknown {
  if (cause instanceof UnusableStorageError) return new StartError(cause.message, { cause });
  if (!(cause instanceof StorageUnavailableError)) return cause;
  const url = `${storage}-url`;
  const advice = `is it running, and is ${flagOf(url)} (${variableOf(url)}) right?`;
  return new StartError(`${STORAGE_NAMES[storage]} does not answer: ${cause.message}; ${advice}`, { cause });
}

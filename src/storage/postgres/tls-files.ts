/** The files of TLS that an address of PostgreSQL names (`sslrootcert`, `sslcert`, `sslkey`), as the driver understands them. */

import pg, { type ClientConfig } from 'pg';
import { UnusableStorageError } from '../storage.ts';

const FILES = ['sslrootcert', 'sslcert', 'sslkey'];

/**
 * Reads them once: the driver would do so for each connection, and throws where the pool does not expect it.
 * @throws UnusableStorageError if one cannot be read
 */
export function withFilesRead(url: string): Pick<ClientConfig, 'connectionString' | 'ssl'> {
  const rest = URL.parse(url);
  if (rest === null || !FILES.some((name) => rest.searchParams.has(name))) return { connectionString: url };
  const { ssl } = read(url) as unknown as Required<Pick<ClientConfig, 'ssl'>>;
  const negotiation = rest.searchParams.get('sslnegotiation');
  for (const name of new Set(rest.searchParams.keys())) {
    if (/^ssl|^uselibpqcompat$/.test(name)) rest.searchParams.delete(name);
  }
  return { connectionString: rest.href, ssl, ...(negotiation !== null && { sslnegotiation: negotiation }) };
}

function read(url: string): pg.Client {
  try {
    return new pg.Client(url);
  } catch (cause) {
    const { syscall, message } = cause as NodeJS.ErrnoException;
    if (syscall === undefined) throw cause;
    throw new UnusableStorageError(`a file that the address of PostgreSQL names cannot be read: ${message}`, { cause });
  }
}

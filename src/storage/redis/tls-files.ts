/** What connections to Redis are encrypted with, beside what the platform trusts. */

import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { UnusableStorageError } from '../storage.ts';

/** Files in PEM form. Read once: another storage is opened to take what is new in them. */
export interface RedisTlsFiles {
  /** The authorities that vouch for the servers, in the place of those that the platform trusts. */
  readonly caPath?: string | undefined;
  /** The certificate to show, and its private key: both or none. */
  readonly certPath?: string | undefined;
  readonly keyPath?: string | undefined;
}

/** What is in them, by the names of the platform. */
export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Reads and checks the files. @throws UnusableStorageError naming the one that is of no use, and nothing of a key */
export async function readRedisTls({ caPath, certPath, keyPath }: RedisTlsFiles): Promise<RedisTls> {
  const tls = {
    ...(caPath !== undefined && { ca: await read(caPath, 'CERTIFICATE') }),
    ...(certPath !== undefined && { cert: await read(certPath, 'CERTIFICATE') }),
    ...(keyPath !== undefined && { key: await read(keyPath, 'PRIVATE KEY') }),
  };
  try {
    createSecureContext(tls);
  } catch (cause) {
    const { reason = 'they do not fit together' } = cause as { readonly reason?: string };
    throw new UnusableStorageError(`the files for TLS with Redis cannot be used: ${reason}`, { cause });
  }
  return tls;
}

async function read(path: string, what: 'CERTIFICATE' | 'PRIVATE KEY'): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new UnusableStorageError(`cannot read "${path}", needed for TLS with Redis: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (!new RegExp(`-----BEGIN (?:[A-Z]+ )*${what}-----`).test(text)) {
    const kind = what === 'CERTIFICATE' ? 'certificate' : 'private key';
    throw new UnusableStorageError(`there is no ${kind} in PEM form in "${path}", needed for TLS with Redis`);
  }
  return text;
}

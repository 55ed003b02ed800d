/** A certificate with its private key, and the authorities that clients must be vouched for by, read from files and checked. */

import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { flagOf, variableOf } from '../config/source.ts';
import { StartError } from './start-error.ts';

/** The oldest version of TLS that is spoken: those before are broken. */
export const MIN_TLS_VERSION = 'TLSv1.2';

/** Where a certificate comes from. */
export interface CertificateFiles {
  /** The certificate in PEM form, followed by those that vouch for it. */
  readonly certPath: string;
  /** Its private key in PEM form, without a passphrase. */
  readonly keyPath: string;
  /** The certificates, in PEM form, of the authorities that vouch for clients; absent: clients need no certificate. */
  readonly clientCaPath?: string | undefined;
}

/** What is in the files, whatever it is. */
export interface FileContents {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
}

/** A certificate with which connections can be encrypted. */
export interface Certificate extends FileContents {
  readonly validFrom: Date;
  readonly expiresAt: Date;
}

/** Reads the files. @throws StartError naming the setting if one cannot be read. */
export async function readFiles({ certPath, keyPath, clientCaPath }: CertificateFiles): Promise<FileContents> {
  return {
    cert: await read('tls-cert', certPath),
    key: await read('tls-key', keyPath),
    clientCa: clientCaPath === undefined ? undefined : await read('tls-client-ca', clientCaPath),
  };
}

/** Checks what the files hold. @throws StartError naming the setting, and nothing of the key, if it is of no use. */
export function toCertificate(
  { cert, key, clientCa }: FileContents,
  { certPath, keyPath, clientCaPath = '' }: CertificateFiles,
): Certificate {
  const certificate = parseCertificate(cert, 'tls-cert', certPath);
  if (!certificate.checkPrivateKey(parseKey(key, keyPath))) {
    throw new StartError(
      `the private key in ${named('tls-key', keyPath)} is not that of the certificate in ${named('tls-cert', certPath)}, ` +
        'which must begin with the certificate of the server itself',
    );
  }
  try {
    createSecureContext({ cert, key, minVersion: MIN_TLS_VERSION });
  } catch (cause) {
    throw new StartError(`the certificate in ${named('tls-cert', certPath)} cannot be used: ${reasonOf(cause)}`, {
      cause,
    });
  }
  if (clientCa !== undefined) checkAuthorities(clientCa, clientCaPath);
  return { cert, key, clientCa, validFrom: certificate.validFromDate, expiresAt: certificate.validToDate };
}

async function read(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new StartError(`cannot read ${named(setting, path)}: ${(cause as Error).message}`, { cause });
  }
}

function parseCertificate(cert: string, setting: string, path: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch (cause) {
    throw new StartError(`there is no certificate in PEM form in ${named(setting, path)}`, { cause });
  }
}

/** The library passes over what it cannot read: a client of that authority would be refused, and nobody would know why. */
function checkAuthorities(clientCa: string, path: string): void {
  const [first = '', ...others] = clientCa.split(/(?=-----BEGIN )/).filter((block) => block.startsWith('-----BEGIN '));
  parseCertificate(first, 'tls-client-ca', path);
  for (const [index, block] of others.entries()) {
    try {
      // oxlint-disable-next-line no-new -- whether it can be read is all that matters
      new X509Certificate(block);
    } catch (cause) {
      const which = `what stands at place ${index + 2}`;
      throw new StartError(`${which} in ${named('tls-client-ca', path)} is no certificate in PEM form`, { cause });
    }
  }
}

function parseKey(key: string, path: string): KeyObject {
  try {
    return createPrivateKey(key);
  } catch {
    // What the library says about a key stays unsaid.
    throw new StartError(
      key.includes('ENCRYPTED')
        ? `the private key in ${named('tls-key', path)} must not be protected by a passphrase`
        : `there is no private key in PEM form in ${named('tls-key', path)}`,
    );
  }
}

function named(setting: string, path: string): string {
  return `"${path}" (${flagOf(setting)}, ${variableOf(setting)})`;
}

function reasonOf(error: unknown): string {
  const { reason, message } = error as Error & { readonly reason?: string };
  return reason ?? message;
}

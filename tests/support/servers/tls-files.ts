/** The files of TLS where a server of the tests can read them, and nobody whom it would mind. */

import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUTHORITY_PATH, type TestCertificate } from '../certificates.ts';
import { unprivileged } from './guarded-folder.ts';

/** Their paths. */
export interface ServerTlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Of the authority of the clients. */
  readonly ca: string;
  readonly remove: () => void;
}

/** Copies a certificate with its key, and the authority of the clients. */
export function serverTlsFiles({ certPath, keyPath }: TestCertificate): ServerTlsFiles {
  const folder = mkdtempSync(join(tmpdir(), 'veche-test-tls-'));
  const { uid, gid } = unprivileged();
  const own = (path: string, mode: number): void => {
    chmodSync(path, mode);
    if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  };
  const put = (source: string, name: string): string => {
    const path = join(folder, name);
    copyFileSync(source, path);
    own(path, 0o600);
    return path;
  };
  const files = { cert: put(certPath, 'cert.pem'), key: put(keyPath, 'key.pem'), ca: put(AUTHORITY_PATH, 'ca.pem') };
  own(folder, 0o700);
  return { ...files, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Two self-signed certificates for localhost and 127.0.0.1, one authority with certificates that it vouches for, and ways to
 * put them where a server looks for them.
 */

import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of tests/fixtures/tls. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
}

/** A certificate and its key. */
export interface TestCertificate {
  readonly certPath: string;
  readonly keyPath: string;
  /** The certificate itself, which clients have to trust. */
  readonly cert: string;
}

export const FIRST = testCertificate('first');
export const SECOND = testCertificate('second');
/** The authority of the three that follow. */
export const AUTHORITY_PATH = fixture('authority.cert.pem');
export const CLIENT = testCertificate('client');
export const EXPIRED_CLIENT = testCertificate('expired');
/** Of a server, with another name than those in the tests. */
export const ELSEWHERE = testCertificate('elsewhere');

/** A folder of its own for the files that a server reads. */
export class CertificateFolder {
  readonly path: string;
  readonly certPath: string;
  readonly keyPath: string;

  private constructor(path: string) {
    this.path = path;
    this.certPath = join(path, 'tls.crt');
    this.keyPath = join(path, 'tls.key');
  }

  static async make(): Promise<CertificateFolder> {
    return new CertificateFolder(await mkdtemp(join(tmpdir(), 'veche-tls-')));
  }

  /** Writes over what is there. */
  async put({ certPath, keyPath }: TestCertificate): Promise<void> {
    await copyFile(certPath, this.certPath);
    await copyFile(keyPath, this.keyPath);
  }

  async empty(): Promise<void> {
    await this.remove();
    await mkdir(this.path);
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true });
  }
}

function testCertificate(name: string): TestCertificate {
  const certPath = fixture(`${name}.cert.pem`);
  return { certPath, keyPath: fixture(`${name}.key.pem`), cert: readFileSync(certPath, 'utf8') };
}

/** The certificate in use, with the authorities of clients, which follows its files: new connections get what is there, without a restart. */

import type { Clock } from '../service/clock.ts';
import type { Log } from '../service/log.ts';
import { readFiles, toCertificate, type Certificate, type CertificateFiles, type FileContents } from './certificate.ts';
import { repeat } from './repeat.ts';
import { StartError } from './start-error.ts';

/**
 * How often the files are read. Looking at what they hold finds every way of replacing them (written over, renamed, a link on
 * the way turned to another folder) on every file system, which no notification does.
 */
const INTERVAL_MS = 2_000;

/** A certificate that may be replaced while it is in use. */
export interface CertificateSource {
  /** What new connections are encrypted with. */
  readonly current: Certificate;
  /** Calls `listener` each time after `current` has changed. @returns a function that ends this. */
  onChange(listener: () => void): () => void;
  /** Reads the files again at once. What is of no use is logged, and the current one stays. */
  reload(): Promise<void>;
  /** Looks at the files no more. */
  close(): Promise<void>;
}

/**
 * Reads the certificate, and from then on follows its files.
 * @throws StartError if there is none to begin with.
 */
export async function openCertificate(
  files: CertificateFiles,
  { log, clock, intervalMs = INTERVAL_MS }: { readonly log: Log; readonly clock: Clock; readonly intervalMs?: number },
): Promise<CertificateSource> {
  const listeners = new Set<() => void>();
  /** What was judged last, whatever came of it. */
  let judged: FileContents | StartError = await readFiles(files);
  let current = toCertificate(judged, files);
  /** What was found at the last look, if it has not been judged. */
  let found: FileContents | StartError | undefined;

  const judge = (contents: FileContents | StartError): void => {
    found = undefined;
    judged = contents;
    try {
      if (contents instanceof StartError) throw contents;
      current = toCertificate(contents, files);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      log.error({}, `the TLS certificate stays as it was: ${error.message}`);
      return;
    }
    for (const listener of listeners) listener();
    announce(current, 'TLS certificate reloaded', log, clock);
  };

  const close = repeat(intervalMs, async () => {
    const before = found;
    const now = await look(files);
    if (isSame(now, judged)) found = undefined;
    // One file may have been replaced and the other not yet: they are judged once they have stood still.
    else if (before !== undefined && isSame(now, before)) judge(now);
    else found = now;
  });

  announce(current, 'TLS certificate read', log, clock);
  return {
    get current() {
      return current;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    reload: async () => judge(await look(files)),
    close,
  };
}

async function look(files: CertificateFiles): Promise<FileContents | StartError> {
  try {
    return await readFiles(files);
  } catch (error) {
    if (error instanceof StartError) return error;
    throw error;
  }
}

function isSame(a: FileContents | StartError, b: FileContents | StartError): boolean {
  if (a instanceof StartError || b instanceof StartError) {
    return a instanceof StartError && b instanceof StartError && a.message === b.message;
  }
  return a.cert === b.cert && a.key === b.key && a.clientCa === b.clientCa;
}

function announce({ validFrom, expiresAt }: Certificate, message: string, log: Log, clock: Clock): void {
  const fields = { validFrom: validFrom.toISOString(), expiresAt: expiresAt.toISOString() };
  log.info(fields, message);
  const now = clock.now();
  if (now < validFrom.getTime() || now >= expiresAt.getTime()) {
    log.warn(fields, 'the TLS certificate is not valid at this time: clients will refuse it');
  }
}

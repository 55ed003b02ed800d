import { copyFile, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  AUTHORITY_PATH,
  CertificateFolder,
  FIRST,
  fixture,
  SECOND,
  type TestCertificate,
} from '../../tests/support/certificates.ts';
import { FakeClock } from '../../tests/support/fake-clock.ts';
import { recordedLog, type RecordedLog } from '../../tests/support/recorded-log.ts';
import { openCertificate, type CertificateSource } from './certificate-source.ts';

const NEVER_MS = 2 ** 31 - 1;
const READ = 'info: TLS certificate read';
const RELOADED = 'info: TLS certificate reloaded';

let folder: CertificateFolder;
let source: CertificateSource;
let log: RecordedLog;
let changes: number;

beforeEach(async () => {
  folder = await CertificateFolder.make();
  await folder.put(FIRST);
});

afterEach(async () => {
  await source.close();
  await folder.remove();
});

async function open(intervalMs = NEVER_MS, now = Date.parse('2026-01-01')): Promise<void> {
  log = recordedLog();
  changes = 0;
  source = await openCertificate(folder, { log, clock: new FakeClock(now), intervalMs });
  source.onChange(() => changes++);
}

/** Resolves when this has been logged. */
async function logged(line: RegExp | string): Promise<void> {
  await vi.waitFor(() => expect(log.lines.at(-1)).toMatch(line), { timeout: 10_000, interval: 5 });
}

describe('told to, it reads its files again', () => {
  test('and takes what is new', async () => {
    await open();
    expect(source.current.cert).toBe(FIRST.cert);
    await folder.put(SECOND);
    await source.reload();
    expect(source.current.cert).toBe(SECOND.cert);
    expect(changes).toBe(1);
    expect(log.lines).toStrictEqual([READ, RELOADED]);
    expect(log.fullLines[1]).toContain('2120-01-01T00:00:00.000Z');
  });

  test.each<[string, () => Promise<void>]>([
    ['a key that belongs to another', () => copyFile(SECOND.keyPath, folder.keyPath)],
    ['a certificate that is none', () => writeFile(folder.certPath, 'no certificate')],
    ['no files', () => folder.empty()],
  ])('and keeps what it has when it finds %s', async (_what, damage) => {
    await open();
    await damage();
    await source.reload();
    expect(source.current.cert).toBe(FIRST.cert);
    expect(changes).toBe(0);
    expect(log.lines).toStrictEqual([
      READ,
      expect.stringMatching(/^error: the TLS certificate stays as it was: .*--tls/),
    ]);
    await folder.put(SECOND);
    await source.reload();
    expect(source.current.cert).toBe(SECOND.cert);
  });

  test('until nobody listens any more', async () => {
    await open();
    let heard = 0;
    source.onChange(() => heard++)();
    await source.reload();
    expect({ heard, changes }).toStrictEqual({ heard: 0, changes: 1 });
  });
});

describe('by itself it notices that its files were', () => {
  test('written over', async () => {
    await open(1);
    await folder.put(SECOND);
    await logged(RELOADED);
    expect(source.current.cert).toBe(SECOND.cert);
  });

  test('replaced by others under the same names', async () => {
    await open(1);
    const { certPath, keyPath } = folder;
    await copyFile(SECOND.certPath, `${certPath}.new`);
    await copyFile(SECOND.keyPath, `${keyPath}.new`);
    await rename(`${certPath}.new`, certPath);
    await rename(`${keyPath}.new`, keyPath);
    await logged(RELOADED);
    expect(source.current.cert).toBe(SECOND.cert);
  });

  test('replaced by turning a link to their folder to another, as Kubernetes does', async () => {
    await folder.empty();
    const turnTo = async (name: string, { certPath, keyPath }: TestCertificate): Promise<void> => {
      await mkdir(join(folder.path, name));
      await copyFile(certPath, join(folder.path, name, 'tls.crt'));
      await copyFile(keyPath, join(folder.path, name, 'tls.key'));
      await symlink(name, join(folder.path, '..data_tmp'));
      await rename(join(folder.path, '..data_tmp'), join(folder.path, '..data'));
    };
    await turnTo('..2026_01', FIRST);
    await symlink('..data/tls.crt', folder.certPath);
    await symlink('..data/tls.key', folder.keyPath);
    await open(1);
    await turnTo('..2026_02', SECOND);
    await logged(RELOADED);
    expect(source.current.cert).toBe(SECOND.cert);
    expect(log.lines).toStrictEqual([READ, RELOADED]);
  });

  test('joined by another authority of clients', async () => {
    const clientCaPath = join(folder.path, 'clients.crt');
    await copyFile(AUTHORITY_PATH, clientCaPath);
    const { certPath, keyPath } = folder;
    log = recordedLog();
    source = await openCertificate(
      { certPath, keyPath, clientCaPath },
      { log, clock: new FakeClock(Date.parse('2026-01-01')), intervalMs: 1 },
    );
    await copyFile(SECOND.certPath, clientCaPath);
    await logged(RELOADED);
    expect(source.current.clientCa).toBe(SECOND.cert);
  });

  test('damaged, says so once, and goes on looking', async () => {
    await open(1);
    await copyFile(fixture('encrypted.key.pem'), folder.keyPath);
    await logged(/^error: .*passphrase/);
    await writeFile(folder.certPath, 'no certificate');
    await logged(/^error: .*there is no certificate/);
    await folder.put(SECOND);
    await logged(RELOADED);
    expect(log.lines.filter((line) => line.includes('passphrase'))).toHaveLength(1);
    expect(source.current.cert).toBe(SECOND.cert);
  });
});

describe('a certificate', () => {
  test.each([
    ['that is not valid yet', '2019-12-31'],
    ['that has expired', '2120-01-01'],
  ])('%s is used, with a warning', async (_what, today) => {
    await open(NEVER_MS, Date.parse(today));
    expect(log.lines).toStrictEqual([READ, expect.stringMatching(/^warn: .*not valid at this time/)]);
    expect(source.current.cert).toBe(FIRST.cert);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AUTHORITY_PATH, FIRST, fixture, SECOND } from '../../tests/support/certificates.ts';
import { readFiles, toCertificate, type CertificateFiles } from './certificate.ts';
import { StartError } from './start-error.ts';

const NO_PEM = fixture('../../../README.md');

async function read(files: CertificateFiles): Promise<unknown> {
  return toCertificate(await readFiles(files), files);
}

test('a certificate is read with its key and the time for which it is valid', async () => {
  const { certPath, keyPath, cert } = FIRST;
  expect(await read({ certPath, keyPath })).toStrictEqual({
    cert,
    key: readFileSync(keyPath, 'utf8'),
    clientCa: undefined,
    validFrom: new Date('2020-01-01'),
    expiresAt: new Date('2120-01-01'),
  });
});

describe('a certificate that is of no use is refused in words that name the setting', () => {
  test.each<[string, Partial<CertificateFiles>, RegExp]>([
    ['missing', { certPath: '/nowhere/a' }, /^cannot read "\/nowhere\/a" \(--tls-cert, VECHE_TLS_CERT\): ENOENT/],
    ['a folder', { certPath: '/' }, /^cannot read "\/" \(--tls-cert, VECHE_TLS_CERT\): EISDIR/],
    ['without its key', { keyPath: '/nowhere/b' }, /^cannot read "\/nowhere\/b" \(--tls-key, VECHE_TLS_KEY\): ENOENT/],
    ['no certificate', { certPath: NO_PEM }, /^there is no certificate in PEM form in ".*" \(--tls-cert,/],
    ['a key instead', { certPath: FIRST.keyPath }, /^there is no certificate in PEM form in ".*" \(--tls-cert,/],
    [
      'without the authorities of clients',
      { clientCaPath: '/nowhere/c' },
      /^cannot read "\/nowhere\/c" \(--tls-client-ca,/,
    ],
    [
      'with no authorities',
      { clientCaPath: NO_PEM },
      /^there is no certificate in PEM form in ".*" \(--tls-client-ca,/,
    ],
    [
      'with a key for an authority',
      { clientCaPath: FIRST.keyPath },
      /^there is no certificate in PEM form in ".*" \(--tls-client-ca,/,
    ],
    ['with no key', { keyPath: NO_PEM }, /^there is no private key in PEM form in ".*" \(--tls-key,/],
    [
      'with itself as its key',
      { keyPath: FIRST.certPath },
      /^there is no private key in PEM form in ".*" \(--tls-key,/,
    ],
    ['with the key of another', { keyPath: SECOND.keyPath }, /^the private key in ".*" \(--tls-key, .* is not that of/],
    [
      'with a protected key',
      { keyPath: fixture('encrypted.key.pem') },
      /\(--tls-key, .* must not be protected by a pass/,
    ],
  ])('%s', async (_what, files, words) => {
    const refused = read({ ...FIRST, ...files });
    await expect(refused).rejects.toThrow(StartError);
    await expect(refused).rejects.toThrow(words);
  });

  test('followed by something that is none', () => {
    const contents = {
      cert: `${FIRST.cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      key: readFileSync(FIRST.keyPath, 'utf8'),
      clientCa: undefined,
    };
    expect(() => toCertificate(contents, FIRST)).toThrow(/^the certificate in ".*" \(--tls-cert, .* cannot be used: /);
  });
});

describe('of the authorities of clients', () => {
  const key = readFileSync(FIRST.keyPath, 'utf8');
  const authority = readFileSync(AUTHORITY_PATH, 'utf8');
  const check = (clientCa: string): unknown =>
    toCertificate({ cert: FIRST.cert, key, clientCa }, { ...FIRST, clientCaPath: AUTHORITY_PATH });

  test('there may be several, with remarks between them', () => {
    const clientCa = `# ours\n${authority}\n# theirs\n${SECOND.cert}\n`;
    expect(check(clientCa)).toMatchObject({ clientCa });
  });

  test.each([
    ['a certificate that is none', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['a key', key],
  ])('%s among them is told by its place', (_what, block) => {
    expect(() => check(`${authority}${block}`)).toThrow(
      /^what stands at place 2 in ".*" \(--tls-client-ca, VECHE_TLS_CLIENT_CA\) is no certificate in PEM form$/,
    );
  });
});

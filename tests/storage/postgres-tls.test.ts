/** PostgreSQL by TLS: the files that its address names, and servers that are not who they should be. */

import { copyFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgresStorage } from '../../src/storage/postgres/open-postgres-storage.ts';
import { UnusableStorageError, type Storage } from '../../src/storage/storage.ts';
import { AUTHORITY_PATH, CLIENT, ELSEWHERE, FIRST, SECOND, type TestCertificate } from '../support/certificates.ts';
import { PostgresSchemas } from '../support/postgres-schemas.ts';
import { startOwnPostgres, type TestPostgres } from '../support/servers/postgres-server.ts';
import { serverTlsFiles, type ServerTlsFiles } from '../support/servers/tls-files.ts';
import { VecheProcess } from '../support/veche-process.ts';

let files: ServerTlsFiles;
let server: TestPostgres;
let schemas: PostgresSchemas;

beforeAll(async () => {
  files = serverTlsFiles(FIRST);
  const ssl = { ssl: 'on', ssl_cert_file: files.cert, ssl_key_file: files.key, ssl_ca_file: files.ca };
  server = await startOwnPostgres(ssl);
  schemas = await PostgresSchemas.connect(server.url);
});

afterAll(async () => {
  await schemas.close();
  await server.close();
  files.remove();
});

/** The server's address. @param query after sslmode=verify-full */
function address(query: Readonly<Record<string, string>>, user = 'veche'): string {
  const url = Object.assign(new URL(server.url), { username: user });
  for (const [name, value] of Object.entries({ sslmode: 'verify-full', ...query })) url.searchParams.set(name, value);
  return url.href;
}

function open(url: string, schema = schemas.newName()): Promise<Storage> {
  return openPostgresStorage({ ...schemas.options(schema), url });
}

const shownBy = ({ certPath, keyPath }: TestCertificate): Readonly<Record<string, string>> => ({
  sslcert: certPath,
  sslkey: keyPath,
});
const TRUSTED = { sslrootcert: FIRST.certPath };

describe('a server with a certificate of a private authority', () => {
  test('is used where the address names that authority, by encrypted connections only', async () => {
    const storage = await open(address(TRUSTED));
    await storage.ping();
    const lines = await schemas.run(`SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
      WHERE application_name = 'veche'`);
    expect(lines).toEqual([{ ssl: true }]);
    await storage.close();
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['where none is named', {}, /none of the trusted authorities/],
    ['where another is named', { sslrootcert: SECOND.certPath }, /none of the trusted authorities/],
    ['where the file is missing', { sslrootcert: '/nowhere/ca' }, /names cannot be read: ENOENT/],
  ])('is refused %s', async (_where, query, words) => {
    const opening = open(address(query));
    await expect(opening).rejects.toThrow(UnusableStorageError);
    await expect(opening).rejects.toThrow(words);
  });

  test('ends a start with exit code 1 and the reason, without trying again', async () => {
    const veche = new VecheProcess(['serve', '--port', '0', '--storage', 'postgres'], {
      env: { VECHE_POSTGRES_URL: address({ sslrootcert: SECOND.certPath }) },
    });
    expect(await veche.exitCode).toBe(1);
    expect(veche.lines.at(-1)).toMatchObject({
      level: 'error',
      msg: expect.stringMatching(/^cannot start: PostgreSQL cannot be spoken with by TLS: none of the trusted/),
    });
    expect(veche.output).not.toContain('cannot be reached yet');
  });

  test('is used on although the files that were named are gone', async () => {
    const copy = `${files.ca}.copy`;
    copyFileSync(FIRST.certPath, copy);
    const storage = await open(address({ sslrootcert: copy }));
    rmSync(copy);
    // Each of these takes one more connection of the pool.
    const answers = await Promise.all(Array.from({ length: 10 }, () => storage.getStats({ now: 1_000 })));
    expect(answers.map(({ users }) => users)).toEqual(Array.from({ length: 10 }, () => 0));
    await storage.close();
  });
});

describe('a server that asks for certificates', () => {
  beforeAll(async () => {
    await schemas.run('CREATE ROLE guarded LOGIN SUPERUSER');
    const [line] = await schemas.run('SHOW hba_file');
    await schemas.run(`COPY (VALUES ('hostssl all guarded all trust clientcert=verify-ca'), ('host all all all trust'))
      TO '${String(line?.['hba_file'])}'; SELECT pg_reload_conf()`);
    // The server reads its new rules when it gets to it.
    for (;;) {
      const rules = await schemas.run(`SELECT FROM pg_hba_file_rules WHERE 'guarded' = ANY (user_name)`);
      const isIn = await open(address(TRUSTED, 'guarded')).then(
        (storage) => storage.close().then(() => true),
        () => false,
      );
      if (rules.length > 0 && !isIn) return;
    }
  });

  test('is used with one of its authority', async () => {
    const storage = await open(address({ ...TRUSTED, ...shownBy(CLIENT) }, 'guarded'));
    await expect(storage.ping()).resolves.toBeUndefined();
    await storage.close();
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['without one', {}],
    ['with one of another authority', shownBy(SECOND)],
  ])('is not used %s', async (_how, shown) => {
    await expect(open(address({ ...TRUSTED, ...shown }, 'guarded'))).rejects.toThrow(UnusableStorageError);
  });
});

test('a server without TLS is refused', async () => {
  const clear = await startOwnPostgres();
  const opening = open(`${clear.url}?sslmode=verify-full`);
  await expect(opening).rejects.toThrow(UnusableStorageError);
  await expect(opening).rejects.toThrow(/does not offer it/);
  await clear.close();
});

test('a server under another name than its own is refused', async () => {
  const served = serverTlsFiles(ELSEWHERE);
  const other = await startOwnPostgres({ ssl: 'on', ssl_cert_file: served.cert, ssl_key_file: served.key });
  const opening = open(`${other.url}?sslmode=verify-full&sslrootcert=${encodeURIComponent(AUTHORITY_PATH)}`);
  await expect(opening).rejects.toThrow(/another host name/);
  await other.close();
  served.remove();
});

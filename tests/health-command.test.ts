/** `veche health`, as a container asks it. */

import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runCommandLine } from '../src/cli/program.ts';
import { openMemoryStorage } from '../src/storage/memory/open-memory-storage.ts';
import { FIRST } from './support/certificates.ts';
import { disturbed } from './support/disturbed-storage.ts';
import { startTestApp, type TestApp, type TestAppOptions } from './support/test-app.ts';

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

async function start(options?: TestAppOptions): Promise<TestApp> {
  const app = await startTestApp(options);
  onTestFinished(() => app.close());
  return app;
}

async function ask(
  question: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  let output = '';
  let errors = '';
  const code = await runCommandLine(['health', question, ...flags], {
    env,
    readFile: () => '',
    write: (text) => (output += text),
    writeError: (text) => (errors += text),
  });
  return { code, output, errors };
}

/** As if the storage were gone. */
function failPings(operation: string): void {
  if (operation === 'ping') throw new Error('gone');
}

describe('veche health', () => {
  test.each(['live', 'ready'])(
    '%s asks the port of the settings and exits with 0 if the server is well',
    async (question) => {
      const { port } = await start();
      // As in a container, where the server listens everywhere.
      const outcome = await ask(question, [], { VECHE_HOST: '0.0.0.0', VECHE_PORT: `${port}` });
      expect(outcome).toStrictEqual({ code: 0, output: '{"status":"SERVING"}\n', errors: '' });
    },
  );

  test('asks in TLS where that is spoken, whoever the certificate is for', async () => {
    const { certPath, keyPath } = FIRST;
    const { port } = await start({ config: { tls: { certPath, keyPath } } });
    const outcome = await ask('ready', ['--port', `${port}`, '--tls-cert', certPath, '--tls-key', keyPath]);
    expect(outcome).toStrictEqual({ code: 0, output: '{"status":"SERVING"}\n', errors: '' });
  });

  test('exits with 1 and says why if the server lives and is not ready', async () => {
    const { port } = await start({ storage: disturbed(openMemoryStorage(), { before: failPings }) });
    const readyz = `http://127.0.0.1:${port}/readyz`;
    await vi.waitFor(async () => expect((await fetch(readyz)).status).toBe(503), 15_000);
    expect(await ask('live', ['--port', `${port}`])).toMatchObject({ code: 0 });
    const { code, output, errors } = await ask('ready', ['--port', `${port}`]);
    expect({ code, output }).toStrictEqual({ code: 1, output: '' });
    expect(errors).toContain(`${readyz} answers 503`);
    expect(errors).toContain('STORAGE_UNAVAILABLE');
  });

  test('exits with 1 and says so if nobody is there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { code, errors } = await ask('live', ['--port', `${port}`]);
    expect(code).toBe(1);
    expect(errors).toContain(`http://127.0.0.1:${port}/healthz does not answer: connect ECONNREFUSED`);
  });

  test('exits with 1 if there is no answer in time', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, errors } = await ask('live', ['--port', `${port}`]);
    expect(code).toBe(1);
    expect(errors).toContain('does not answer: nothing within 3s');
  });

  test('cannot guess a port', async () => {
    expect(await ask('live', ['--port', '0'])).toStrictEqual({
      code: 2,
      output: '',
      errors: 'veche: cannot ask: port is 0, any free one; name it (--port, VECHE_PORT)\n',
    });
  });

  test('refuses wrong settings as every command does', async () => {
    expect(await ask('ready', ['--prot', '1'])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('unknown flag --prot'),
    });
  });
});

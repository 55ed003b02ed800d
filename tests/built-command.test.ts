import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { checkHealth } from './support/health.ts';
import { VecheProcess } from './support/veche-process.ts';

const ROOT = new URL('..', import.meta.url);
const { bin, version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  readonly bin: { readonly veche: string };
  readonly version: string;
};
const VECHE = fileURLToPath(new URL(bin.veche, ROOT));

test('the built command runs as it is published, and knows its version', async () => {
  const { stdout } = await promisify(execFile)(VECHE, ['--version']);
  expect(stdout.trim()).toBe(version);
});

test('the built command has everything it needs to show its settings', async () => {
  const veche = new VecheProcess(['config', '--port', '9000'], { main: VECHE });
  expect(await veche.exitCode).toBe(0);
  expect(veche.output).toMatch(/^port: 9000 +# --port$/m);
});

test('the built command has everything it needs to serve, and stops', async () => {
  const veche = await VecheProcess.serve([], { main: VECHE });
  onTestFinished(() => veche.kill());
  expect(await checkHealth(veche.port)).toBe('SERVING');
  veche.signal('SIGTERM');
  expect(await veche.exitCode).toBe(0);
});

test('the built command has the reference of its API in it, with the licences of what it shows it by', async () => {
  const folder = new URL('dist/http/docs/', ROOT);
  const veche = await VecheProcess.serve([], { main: VECHE });
  onTestFinished(() => veche.kill());
  for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'page.js', 'page.css']) {
    const response = await fetch(`http://127.0.0.1:${veche.port}/docs/${file}`);
    expect(await response.text()).toBe(readFileSync(new URL(file, folder), 'utf8'));
  }
  for (const file of ['LICENSE', 'NOTICE', 'swagger-ui-bundle.js.LICENSE.txt']) {
    expect(readFileSync(new URL(file, folder), 'utf8')).not.toBe('');
  }
});

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startTestApp } from './support/test-app.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(`${ROOT}README.md`, 'utf8');

test('the first conversation of the README works as it stands there', async () => {
  const app = await startTestApp();
  onTestFinished(() => app.close());
  const script = /<!-- conversation -->\n```sh\n([^]*?)```\n<!-- \/conversation -->/.exec(README)?.[1] ?? '';
  expect(script).toContain('127.0.0.1:8080');

  const onTestPort = script.replaceAll('127.0.0.1:8080', `127.0.0.1:${app.port}`);
  const { stdout } = await promisify(execFile)('sh', ['-euc', onTestPort], { cwd: ROOT });

  expect(stdout).toContain('"text": "Hello!"');
  expect(stdout).toContain('"text": "Hello, Ann."');
  expect(stdout).toMatch(/"unread": "1"/);
});

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

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
  const { stdout } = await promisify(execFile)(VECHE, ['config', '--port', '9000']);
  expect(stdout).toContain('9000');
});

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startTestApp } from './support/test-app.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(`${ROOT}README.md`, 'utf8');

/** Runs the conversation over this API against a server of its own. @returns all that it prints. */
async function converse(api: 'HTTP' | 'gRPC'): Promise<string> {
  const app = await startTestApp();
  onTestFinished(() => app.close());
  const mark = `conversation over ${api}`;
  const script = new RegExp(`<!-- ${mark} -->\n\`\`\`sh\n([^]*?)\`\`\`\n<!-- /${mark} -->`).exec(README)?.[1] ?? '';
  expect(script).toContain('127.0.0.1:8080');
  const onTestPort = script.replaceAll('127.0.0.1:8080', `127.0.0.1:${app.port}`);
  const { stdout, stderr } = await run('sh', ['-euc', onTestPort], { cwd: ROOT });
  expect(stderr).toBe('');
  return stdout;
}

describe('the first conversation of the README works as it stands there', () => {
  test('over HTTP', async () => {
    await run('curl', ['--version']).catch(() => {
      throw new Error('the conversation needs curl: apt-get install curl');
    });
    const printed = await converse('HTTP');

    const posted = Array.from(printed.matchAll(/\{"message":\{"id":"([^"]*)"/g), ([, id]) => id);
    expect(posted).toHaveLength(4);
    expect(posted[1]).toBe(posted[0]);
    expect(new Set(posted)).toHaveProperty('size', 3);

    const unread = Array.from(printed.matchAll(/"text":"([^"]*)"[^}]*\}\],"hasMore":false/g), ([, text]) => text);
    expect(unread).toEqual(['Hello!', 'Tea is ready.']);
    expect(printed).toContain('"unread":1');

    const streamed = Array.from(printed.matchAll(/^data: (.*)$/gm), ([, data]) => data).join('\n');
    for (const text of ['Hello!', 'Tea is ready.', 'Coming!']) expect(streamed.split(text)).toHaveLength(2);
    expect(streamed).toMatch(/\{"reason":"CHAT_CLOSED","seq":3\}$/);
  });

  test('over gRPC', async () => {
    const printed = await converse('gRPC');
    expect(printed).toContain('"text": "Hello!"');
    expect(printed).toContain('"text": "Hello, Ann."');
    expect(printed).toMatch(/"unread": "1"/);
  });
});

/** What every answer over HTTP tells browsers they may do with it, whatever kind of answer it is. */

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIRST } from './support/certificates.ts';
import { HttpPerson } from './support/http-person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const NOTHING_ALLOWED = "default-src 'none'; frame-ancestors 'none'";

let app: TestApp;
let anna: HttpPerson;
let chatId: string;

beforeAll(async () => {
  app = await startTestApp();
  anna = await HttpPerson.enter(app.port);
  chatId = (await anna.openChat()).id;
});

afterAll(() => app.close());

interface Head {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The head of what is answered to these bytes, whether or not they are a request. */
async function headOf(bytes: string, { port, end = false }: { port: number; end?: boolean }): Promise<Head> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(bytes);
  let answer = '';
  if (end) answer = await text(socket);
  else while (!answer.includes('\r\n\r\n')) answer += String((await once(socket, 'data'))[0]);
  socket.destroy();
  const [start = '', ...lines] = answer.split('\r\n\r\n', 1)[0]!.split('\r\n');
  const headers = lines.map((line) => line.split(/: (.*)/, 2) as [string, string]);
  return {
    status: Number(start.split(' ')[1]),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
  };
}

/** @param rest further header lines and the body */
function ask(line: string, rest = ''): Promise<Head> {
  const authorization = `authorization: Bearer ${anna.token}`;
  const request = `${line} HTTP/1.1\r\nhost: a\r\n${authorization}\r\n${rest === '' ? '\r\n' : rest}`;
  return headOf(request, { port: app.port });
}

const json = (body: string): string =>
  `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

describe('a browser is to take as its type says, embed nowhere, and do nothing for', () => {
  test.each<[string, number, () => Promise<Head>]>([
    ['JSON', 200, () => ask('GET /v1/session')],
    ['what was created', 201, () => ask('POST /v1/chats', json('{}'))],
    ['the statistics', 200, () => ask('GET /v1/stats')],
    ['a stream', 200, () => ask(`GET /v1/chats/${chatId}/events`)],
    ['a page of messages by HEAD', 200, () => ask(`HEAD /v1/chats/${chatId}/messages`)],
    ['a probe', 200, () => ask('GET /readyz')],
    ['a problem', 400, () => ask('GET /v1/chats?pageSize=x')],
    ['a refused stream', 404, () => ask('GET /v1/chats/00000000-0000-4000-8000-000000000000/events')],
    ['an unread body', 415, () => ask('POST /v1/chats', 'content-type: text/xml\r\ncontent-length: 1\r\n\r\n<')],
    ['nothing at a path', 404, () => ask('GET /nowhere')],
    ['a path that cannot be read', 404, () => ask('GET /%ff')],
    ['another method', 405, () => ask('DELETE /v1/stats')],
    ['a file', 200, () => ask('GET /openapi.yaml')],
    ['a script', 200, () => ask('GET /docs/page.js')],
    ['a file that has not changed', 304, () => ask('GET /docs/page.css', 'if-none-match: *\r\n\r\n')],
    ['the way to the page', 308, () => ask('GET /docs')],
    ['a request without a host', 400, () => headOf('GET /v1/stats HTTP/1.1\r\n\r\n', { port: app.port })],
    ['what is no HTTP', 400, () => headOf('hello\r\n\r\n', { port: app.port, end: true })],
  ])('%s', async (_what, status, answer) => {
    expect(await answer()).toMatchObject({
      status,
      headers: {
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': NOTHING_ALLOWED,
      },
    });
  });

  test('what is told to somebody in the clear where TLS is spoken', async () => {
    const own = await startTestApp({ config: { tls: FIRST } });
    const head = await headOf('GET / HTTP/1.1\r\nhost: a\r\n\r\n', { port: own.port, end: true });
    expect(head).toMatchObject({ status: 400, headers: { 'content-security-policy': NOTHING_ALLOWED } });
    await own.close();
  });
});

test('the page has a policy of its own, tells nobody its address, and is alone in its window', async () => {
  const { headers } = await ask('GET /docs/');
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  });
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/,
  );
});

describe('no answer tells', () => {
  test.each(['/v1/stats', '/docs/', '/nowhere'])('what program it is from: %s', async (path) => {
    const { headers } = await ask(`GET ${path}`);
    expect(Object.keys(headers)).not.toContain('server');
    expect(Object.keys(headers)).not.toContain('x-powered-by');
  });
});

/** For how long an answer over TLS has browsers come by TLS only. */
async function toldOver(own: TestApp, path: string): Promise<unknown> {
  const options = { port: own.port, host: '127.0.0.1', path, ca: FIRST.cert, agent: false } as const;
  const [response] = (await once(get(options), 'response')) as [IncomingMessage];
  response.destroy();
  return response.headers['strict-transport-security'];
}

describe('browsers are told to come by TLS only', () => {
  test.each(['/v1/stats', '/v1/session', '/docs/', '/nowhere', '/healthz'])('where it is set: %s', async (path) => {
    const own = await startTestApp({ config: { tls: { ...FIRST, hstsMaxAgeMs: 86_400_500 } } });
    expect(await toldOver(own, path)).toBe('max-age=86400');
    await own.close();
  });

  test('not where it is not set, nor in the clear', async () => {
    const own = await startTestApp({ config: { tls: FIRST } });
    expect(await toldOver(own, '/v1/stats')).toBeUndefined();
    await own.close();
    expect((await ask('GET /v1/stats')).headers['strict-transport-security']).toBeUndefined();
  });
});

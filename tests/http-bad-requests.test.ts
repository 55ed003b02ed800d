import { once } from 'node:events';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Problem } from '../src/gen/http/index.ts';
import { HttpPerson } from './support/http-person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const SOME_CHAT = '/v1/chats/0198c0df-02b8-7e94-9d15-c3a6f0724b8e';

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await startTestApp({ limits: { maxMessageLength: 10 } });
  ({ token } = await HttpPerson.enter(app.port));
});

afterAll(() => app.close());

interface Refused {
  readonly status: number;
  readonly headers: Headers;
  readonly problem: Problem;
  /** What is wrong, by field. */
  readonly fields: Readonly<Record<string, string>>;
}

async function call(request: string, options: RequestInit = {}): Promise<Refused> {
  const [method = '', path = ''] = request.split(' ');
  const headers = { authorization: `Bearer ${token}`, ...(options.headers as Record<string, string>) };
  const response = await fetch(`http://127.0.0.1:${app.port}${path}`, { ...options, method, headers });
  const problem = (await response.json()) as Problem;
  const fields = Object.fromEntries(problem.errors.map(({ field, description }) => [field, description]));
  return { status: response.status, headers: response.headers, problem, fields };
}

describe('a bad body is refused by name', () => {
  const MALFORMED = 'must have a body that is valid JSON in UTF-8';
  const NO_OBJECT = 'must have a body that is a JSON object';
  const post = `POST ${SOME_CHAT}/messages`;

  test.each<[string, string | Uint8Array<ArrayBuffer>, object]>([
    [post, '{"text":5}', { text: 'must be a string' }],
    [post, '{"text":null}', { text: 'must be a string' }],
    [post, '{"text":["a"]}', { text: 'must be a string' }],
    [post, '{}', { text: 'is required' }],
    [post, '{"text":"a","colour":"red"}', { colour: 'is not known here' }],
    [post, '{"text":"a","client_message_id":"b"}', { client_message_id: 'is not known here' }],
    [post, '{"text":"a","Text":"b"}', { Text: 'is not known here' }],
    [post, '{"text":"a","__proto__":{}}', { ['__proto__']: 'is not known here' }],
    [post, '{"text":"a","text":"b"}', { text: 'must be given once' }],
    [post, String.raw`{"text":"a","te\u0078t":"b"}`, { text: 'must be given once' }],
    [post, '', { '': 'must have a body: a JSON object' }],
    [post, '{"text":"a"', { '': MALFORMED }],
    [post, new Uint8Array([0x22, 0xff, 0x22]), { '': MALFORMED }],
    [post, 'null', { '': NO_OBJECT }],
    [post, '["text"]', { '': NO_OBJECT }],
    ['POST /v1/chats', '{"maxMessages":"7"}', { maxMessages: 'must be a whole number' }],
    ['POST /v1/chats', '{"maxMessages":1.5}', { maxMessages: 'must be a whole number' }],
    ['POST /v1/chats', '{"maxMessages":1e400}', { maxMessages: 'must be a whole number' }],
    ['POST /v1/chats', '{"readOnly":"yes"}', { readOnly: 'must be true or false' }],
    ['POST /v1/chats', '{"ttl":90}', { ttl: 'must be a string' }],
    ['POST /v1/chats', '{"ttl":"90"}', { ttl: 'must be whole milliseconds, from 1 second to 100 years' }],
    [`DELETE ${SOME_CHAT}`, '{}', { '': 'must have no body' }],
  ])('%s %s', async (request, body, expected) => {
    const { status, problem, fields } = await call(request, { body, headers: JSON_TYPE });
    expect(problem.code).toBe('INVALID_ARGUMENT');
    expect(status).toBe(400);
    expect(fields).toEqual(expected);
  });
});

describe('a bad parameter is refused by name', () => {
  const messages = `${SOME_CHAT}/messages`;

  test.each<[string, object]>([
    ['/v1/session?x=1', { x: 'is not known here' }],
    ['/v1/stats?x=1', { x: 'is not known here' }],
    ['/v1/chats?page_size=1', { page_size: 'is not known here' }],
    ['/v1/chats?__proto__=1', { ['__proto__']: 'is not known here' }],
    ['/v1/chats?pageSize=1&pageSize=1', { pageSize: 'must be given once' }],
    ['/v1/chats?pageSize=', { pageSize: 'must be a whole number' }],
    ['/v1/chats?pageSize=1e2', { pageSize: 'must be a whole number' }],
    ['/v1/chats?pageSize=99999999999999999999', { pageSize: 'must be a whole number from 1 to 500' }],
    ['/v1/chats?pageToken=', { pageToken: 'must not be empty' }],
    [`${messages}?markRead=1`, { markRead: 'must be true or false' }],
  ])('GET %s', async (path, expected) => {
    const { status, problem, fields } = await call(`GET ${path}`);
    expect(problem.code).toBe('INVALID_ARGUMENT');
    expect(status).toBe(400);
    expect(fields).toEqual(expected);
  });

  test('in a header, too', async () => {
    const { fields } = await call(`GET ${SOME_CHAT}/events`, { headers: { 'Last-Event-ID': 'x' } });
    expect(fields).toEqual({ 'Last-Event-ID': 'must be a whole number' });
  });

  test('with all others, those that could not be read and those that may not be so', async () => {
    const { problem } = await call(`GET /v1/chats/abc/messages?colour=red&pageSize=x&order=up&markRead=true`);
    expect(problem.errors.map(({ field }) => field)).toEqual(['colour', 'pageSize', 'chatId', 'order']);
    expect(problem.detail).toBe(
      'colour: is not known here; pageSize: must be a whole number; ' +
        'chatId: must be a UUID like 0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70; order: must be OLDEST_FIRST or NEWEST_FIRST',
    );
  });
});

describe('what reaches no operation', () => {
  test.each([
    'GET /',
    'GET /v1',
    'GET /v2/session',
    'GET /v1/session/',
    'GET /v1/Session',
    'GET /v1/chats/%zz',
    'DELETE /v1/chats/a/b/c',
  ])('%s is ROUTE_NOT_FOUND', async (request) => {
    const { status, headers, problem } = await call(request);
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      code: 'ROUTE_NOT_FOUND',
      detail: 'There is nothing at this path.',
      errors: [],
    });
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['GET /v1/sessions', 'POST'],
    ['POST /v1/session', 'GET, HEAD, DELETE'],
    [`PATCH ${SOME_CHAT}`, 'GET, HEAD, DELETE'],
    [`PROPFIND ${SOME_CHAT}`, 'GET, HEAD, DELETE'],
    [`PUT ${SOME_CHAT}/messages`, 'POST, GET, HEAD'],
    [`POST ${SOME_CHAT}/position`, 'PUT'],
    ['PUT /v1/%73ession', 'GET, HEAD, DELETE'],
    ['OPTIONS /v1/chats', 'POST, GET, HEAD'],
  ])('%s is METHOD_NOT_ALLOWED, with those that are', async (request, allow) => {
    const { status, headers, problem } = await call(request);
    expect(problem.code).toBe('METHOD_NOT_ALLOWED');
    expect(status).toBe(405);
    expect(headers.get('allow')?.split(', ').toSorted()).toEqual(allow.split(', ').toSorted());
  });

  test('HEAD of a stream is not allowed', async () => {
    const response = await fetch(`http://127.0.0.1:${app.port}${SOME_CHAT}/events`, { method: 'HEAD' });
    expect(response.status).toBe(405);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json5', 'json'])(
    'a body of type %s is UNSUPPORTED_MEDIA_TYPE',
    async (type) => {
      const headers = { 'content-type': type };
      const { status, problem } = await call('POST /v1/sessions', { body: '{"displayName":"Ann"}', headers });
      expect(problem.code).toBe('UNSUPPORTED_MEDIA_TYPE');
      expect(status).toBe(415);
    },
  );

  test.each([
    ['text/plain', 'x'],
    ['application/json', '{}'],
    ['application/json', 'x'.repeat(66_000)],
  ])('a body of type %s where none is expected is refused as such, after the session', async (type, body) => {
    const headers = { 'content-type': type };
    const { problem, fields } = await call(`DELETE ${SOME_CHAT}`, { body, headers });
    expect(problem.code).toBe('INVALID_ARGUMENT');
    expect(fields).toEqual({ '': 'must have no body' });
    const options = { body, headers: { ...headers, authorization: '' } };
    expect((await call(`DELETE ${SOME_CHAT}`, options)).problem.code).toBe('UNAUTHENTICATED');
  });

  test('a body larger than any valid request is TOO_LARGE', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(66_000) });
    const { status, problem } = await call(`POST ${SOME_CHAT}/messages`, { body, headers: JSON_TYPE });
    expect(problem.code).toBe('TOO_LARGE');
    expect(status).toBe(413);
  });

  test.each([
    ['with its length', 'content-length: 20000000', 'x'.repeat(20_000_000)],
    ['in chunks', 'transfer-encoding: chunked', `1312d00\r\n${'x'.repeat(20_000_000)}\r\n0\r\n\r\n`],
  ])('a client that sends all of a much too large body %s hears so, and may go on', async (_how, header, body) => {
    const socket = connect(app.port, '127.0.0.1');
    const answers = readAll(socket);
    const head = 'HTTP/1.1\r\nhost: a\r\n';
    socket.write(`POST ${SOME_CHAT}/messages ${head}content-type: application/json\r\n${header}\r\n\r\n`);
    socket.write(body);
    socket.write(`GET /healthz ${head}connection: close\r\n\r\n`);
    expect((await answers).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });

  test('a text somewhat too long is refused by name', async () => {
    const body = JSON.stringify({ text: '👋'.repeat(11) });
    const { problem, fields } = await call(`POST ${SOME_CHAT}/messages`, { body, headers: JSON_TYPE });
    expect(problem.code).toBe('INVALID_ARGUMENT');
    expect(Object.keys(fields)).toEqual(['text']);
  });
});

describe('a request that is made to cost much is refused in proportion', () => {
  const DEPTH = 100_000;
  const roomy = '/v1/chats';
  let own: TestApp;
  let headers: Readonly<Record<string, string>>;

  beforeAll(async () => {
    own = await startTestApp({ limits: { maxMessageLength: 65_536 } });
    headers = { ...JSON_TYPE, authorization: `Bearer ${(await HttpPerson.enter(own.port)).token}` };
  });

  afterAll(() => own.close());

  async function refusal(
    path: string,
    options: RequestInit,
  ): Promise<{ readonly bytes: number; readonly problem: Problem }> {
    const response = await fetch(`http://127.0.0.1:${own.port}${path}`, { ...options, headers });
    const text = await response.text();
    expect(response.status).toBe(400);
    return { bytes: text.length, problem: JSON.parse(text) as Problem };
  }

  test.each([
    ['a list in a list', `{"title":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}`, 'title: must be a string'],
    ['an object in an object', `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`, 'a: is not known here'],
    ['twice an object in an object', `{"a":1,${'"a":{'.repeat(DEPTH)}${'}'.repeat(DEPTH)}}`, 'a: must be given once'],
    ['lists and nothing else', '['.repeat(DEPTH) + ']'.repeat(DEPTH), 'must have a body that is a JSON object'],
    ['lists without an end', '['.repeat(DEPTH), 'must have a body that is valid JSON in UTF-8'],
  ])('whose body is 100,000 deep: %s', async (_, body, detail) => {
    expect((await refusal(roomy, { method: 'POST', body })).problem).toMatchObject({
      code: 'INVALID_ARGUMENT',
      detail,
    });
  });

  const names = Array.from({ length: 3_000 }, (_, index) => `m${index}`);
  const members = names.map((name) => `"${name}":1`).join(',');

  test.each<[string, string, RequestInit, string]>([
    ['unknown members', roomy, { method: 'POST', body: `{${members}}` }, 'is not known here'],
    ['repeated members', roomy, { method: 'POST', body: `{${members},${members}}` }, 'must be given once'],
    ['unknown parameters', `${roomy}?${names.slice(0, 2_500).join('&')}`, {}, 'is not known here'],
  ])(
    'that has thousands of %s: the first hundred are named, the others counted',
    async (_, path, options, description) => {
      const { bytes, problem } = await refusal(path, options);
      const count = path === roomy ? 3_000 : 2_500;
      const named = names.slice(0, 100).map((field) => ({ field, description }));
      expect(problem.errors).toEqual([...named, { field: '', description: `and ${count - 100} more` }]);
      expect(problem.detail).toMatch(new RegExp(`; m99: ${description}; and ${count - 100} more$`));
      expect(bytes).toBeLessThan(10_000);
    },
  );
});

describe('a call without a live session is refused before its arguments are judged', () => {
  test.each(['', 'Bearer', 'Bearer x', 'Basic abc', 'veche_x'])('by the authorization "%s"', async (authorization) => {
    const { status, headers, problem } = await call('GET /v1/chats?pageSize=x', { headers: { authorization } });
    expect(problem.code).toBe('UNAUTHENTICATED');
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  test('whatever its body is', async () => {
    const options = { body: '{', headers: { ...JSON_TYPE, authorization: '' } };
    expect((await call(`POST ${SOME_CHAT}/messages`, options)).problem.code).toBe('UNAUTHENTICATED');
  });

  test('but one that needs none is judged', async () => {
    const options = { body: '{', headers: { ...JSON_TYPE, authorization: '' } };
    expect((await call('POST /v1/sessions', options)).problem.code).toBe('INVALID_ARGUMENT');
  });
});

/** All that the server answers to these bytes until it closes the connection. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(app.port, '127.0.0.1');
  socket.write(bytes);
  return await readAll(socket);
}

describe('what is no request', () => {
  test('headers larger than the server reads are HEADERS_TOO_LARGE', async () => {
    const answer = await exchange(`GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(17_000)}`);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 431 Request Header Fields Too Large\r\n/);
    expect(head).toContain('content-type: application/problem+json');
    expect(head).toContain('cache-control: no-store');
    expect(head).toContain('x-content-type-options: nosniff');
    expect(JSON.parse(body)).toMatchObject({ status: 431, code: 'HEADERS_TOO_LARGE' });
  });

  test('the answer to HEAD has no body then either', async () => {
    const [head = '', body] = (await exchange(`HEAD /healthz HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(17_000)}`)).split(
      '\r\n\r\n',
    );
    expect(head).toMatch(/^HTTP\/1.1 431 /);
    expect(body).toBe('');
  });

  test('a request that names no host is INVALID_ARGUMENT', async () => {
    const answer = await exchange('GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n');
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(head).toContain('content-type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ code: 'INVALID_ARGUMENT', errors: [{ field: 'Host' }] });
    expect(await exchange('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });

  test('but one that expects what nobody has is answered', async () => {
    const answer = await exchange('GET /healthz HTTP/1.1\r\nhost: a\r\nexpect: miracle\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });

  test('a request whose body breaks off after its answer has no other', async () => {
    const socket = connect(app.port, '127.0.0.1');
    socket.end('POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n{}');
    const answers = (await readAll(socket)).match(/HTTP\/1.1 \d+/g);
    expect(answers).toEqual(['HTTP/1.1 415']);
  });

  test('words that are no HTTP are INVALID_ARGUMENT', async () => {
    const [head = '', body = ''] = (await exchange('hello\r\n\r\n')).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
  });
});

test('a client that leaves in the middle of its body is no failure of the server', async () => {
  const socket = connect(app.port, '127.0.0.1');
  socket.write(
    `POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{`,
  );
  socket.end();
  await readAll(socket);
  if (!socket.closed) await once(socket, 'close');
  expect((await call('GET /nowhere')).status).toBe(404);
  expect(app.logLines.filter((line) => !line.startsWith('debug'))).toEqual([]);
});

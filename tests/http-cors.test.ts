import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../src/gen/http/operations.gen.ts';
import { HttpPerson } from './support/http-person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const OURS = 'https://chat.example.org';
const THEIRS = 'https://evil.example.org';
const SOME_CHAT = '/v1/chats/0198c0df-02b8-7e94-9d15-c3a6f0724b8e';

/** Servers that let pages of no other origin call, of two, and of every one. */
let none: TestApp;
let some: TestApp;
let every: TestApp;

function start(corsOrigins: '*' | readonly string[]): Promise<TestApp> {
  return startTestApp({ config: { corsOrigins } });
}

beforeAll(async () => {
  [none, some, every] = await Promise.all([start([]), start(['http://localhost:5173', OURS]), start('*')]);
});

afterAll(() => Promise.all([none, some, every].map((app) => app.close())));

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Those of CORS only. */
  readonly cors: Readonly<Record<string, string>>;
}

async function call(app: TestApp, request: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const [method = '', path = ''] = request.split(' ');
  const options = { method, headers, ...(body !== undefined && { body }) };
  const response = await fetch(`http://127.0.0.1:${app.port}${path}`, options);
  await response.body?.cancel();
  const cors = [...response.headers].filter(([name]) => name.startsWith('access-control-'));
  return { status: response.status, headers: response.headers, cors: Object.fromEntries(cors) };
}

function preflight(app: TestApp, origin: string, path = `${SOME_CHAT}/messages`): Promise<Answer> {
  return call(app, `OPTIONS ${path}`, {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  });
}

describe('what a browser asks before a page calls', () => {
  const ALLOWED = {
    'access-control-allow-methods': expect.any(String),
    'access-control-allow-headers': 'authorization, content-type, last-event-id',
    'access-control-expose-headers': 'retry-after, www-authenticate, allow',
    'access-control-max-age': '7200',
  };

  test('is allowed to a page of an allowed origin', async () => {
    const { status, headers, cors } = await preflight(some, OURS);
    expect(status).toBe(204);
    expect(cors).toEqual({ ...ALLOWED, 'access-control-allow-origin': OURS });
    expect(headers.get('vary')).toBe('origin');
    const methods = cors['access-control-allow-methods']?.split(', ');
    expect(methods?.toSorted()).toEqual([...new Set(OPERATIONS.map(({ method }) => method))].toSorted());
  });

  test('is allowed to every page if every origin is', async () => {
    const { status, headers, cors } = await preflight(every, THEIRS);
    expect(status).toBe(204);
    expect(cors).toEqual({ ...ALLOWED, 'access-control-allow-origin': '*' });
    expect(headers.get('vary')).toBeNull();
  });

  test.each([
    ['another origin', () => preflight(some, THEIRS)],
    ['an origin that only begins like an allowed one', () => preflight(some, `${OURS}.evil.example`)],
    ['an allowed host by another scheme', () => preflight(some, OURS.replace('https', 'http'))],
    ['a file', () => preflight(some, 'null')],
  ])('is not allowed to a page of %s', async (_, ask) => {
    const { status, headers, cors } = await ask();
    expect(status).toBe(405);
    expect(cors).toEqual({});
    expect(headers.get('vary')).toBe('origin');
  });

  test('is not allowed to any page if no origin is', async () => {
    const { status, headers, cors } = await preflight(none, OURS);
    expect(status).toBe(405);
    expect(cors).toEqual({});
    expect(headers.get('vary')).toBeNull();
  });

  test('is allowed for a path with nothing at it, so that the page can read so', async () => {
    expect(await preflight(some, OURS, '/nowhere')).toMatchObject({ status: 204 });
  });

  test('is told from an OPTIONS that asks for nothing', async () => {
    const { status, headers } = await call(some, 'OPTIONS /v1/chats', { origin: OURS });
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('GET, HEAD, POST');
  });
});

describe('an answer can be read by a page', () => {
  const JSON_TYPE = { 'content-type': 'application/json' };
  let token: string;

  beforeAll(async () => {
    ({ token } = await HttpPerson.enter(some.port));
  });

  test.each<[number, string, Record<string, string>, string?]>([
    [200, 'GET /v1/stats', {}],
    [200, 'HEAD /v1/stats', {}],
    [200, 'GET /openapi.yaml', {}],
    [201, 'POST /v1/sessions', JSON_TYPE, '{"displayName":"Ann"}'],
    [400, 'POST /v1/sessions', JSON_TYPE, '{'],
    [401, 'GET /v1/session', {}],
    [404, 'GET /nowhere', {}],
    [404, 'GET /v1/chats/%zz', {}],
    [405, 'PATCH /v1/session', {}],
    [413, 'POST /v1/sessions', JSON_TYPE, 'x'.repeat(200_000)],
    [415, 'POST /v1/sessions', { 'content-type': 'text/plain' }, 'Ann'],
  ])('whether it is %d: %s', async (status, request, headers, body) => {
    const allowed = await call(some, request, { ...headers, origin: OURS }, body);
    expect(allowed.status).toBe(status);
    expect(allowed.cors).toEqual({
      'access-control-allow-origin': OURS,
      'access-control-expose-headers': 'retry-after, www-authenticate, allow',
    });
    expect(allowed.headers.get('vary')).toBe('origin');

    const other = await call(some, request, { ...headers, origin: THEIRS }, body);
    expect(other.status).toBe(status);
    expect(other.cors).toEqual({});
    expect(other.headers.get('vary')).toBe('origin');
  });

  test('when it is a stream, too', async () => {
    const person = await HttpPerson.enter(some.port);
    const { id } = await person.openChat();
    const headers = { origin: OURS, authorization: `Bearer ${person.token}` };
    const { status, headers: answered, cors } = await call(some, `GET /v1/chats/${id}/events`, headers);
    expect(status).toBe(200);
    expect(answered.get('content-type')).toBe('text/event-stream');
    expect(cors).toMatchObject({ 'access-control-allow-origin': OURS });
    expect(answered.get('vary')).toBe('origin');
  });

  test('when it refuses a stream, too', async () => {
    const headers = { origin: OURS, authorization: `Bearer ${token}` };
    const { status, cors } = await call(some, `GET ${SOME_CHAT}/events`, headers);
    expect(status).toBe(404);
    expect(cors).toMatchObject({ 'access-control-allow-origin': OURS });
  });

  test('never with the cookies of its browser', async () => {
    for (const app of [some, every]) {
      const { cors } = await call(app, 'GET /v1/stats', { origin: OURS });
      expect(cors).not.toHaveProperty('access-control-allow-credentials');
    }
  });
});

test('a call that comes from no page has no headers for one, but is told from those that do', async () => {
  expect((await call(some, 'GET /v1/stats', {})).cors).toEqual({});
  expect((await call(some, 'GET /v1/stats', {})).headers.get('vary')).toBe('origin');
  expect((await call(none, 'GET /v1/stats', { origin: OURS })).cors).toEqual({});
});

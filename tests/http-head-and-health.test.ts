import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as Http from '../src/gen/http/index.ts';
import { HttpPerson, httpClient } from './support/http-person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

let app: TestApp;
let anna: HttpPerson;
let boris: HttpPerson;

beforeAll(async () => {
  app = await startTestApp();
  anna = await HttpPerson.enter(app.port, 'Анна');
  boris = await HttpPerson.enter(app.port, 'Борис');
});

afterAll(() => app.close());

/** A chat of Anna's with three messages. */
async function chatWithThree(): Promise<string> {
  const { id } = await anna.openChat();
  for (const text of ['раз', 'два', 'три']) await anna.post(id, text);
  return id;
}

describe('HEAD of messages', () => {
  test('is answered as GET is, and moves nothing whatever it is told', async () => {
    const call = { client: boris.client, path: { chatId: await chatWithThree() } };
    const { response } = await Http.headMessages({ ...call, query: { markRead: true } });
    expect(response?.status).toBe(200);
    expect(await response?.text()).toBe('');
    const { data } = await Http.listMessages({ ...call, query: { markRead: false } });
    expect(data).not.toHaveProperty('position');
  });
});

describe('HEAD is answered wherever GET is, without a body', () => {
  test.each(['/v1/session', '/v1/chats', '/v1/unread', '/v1/stats', '/healthz', '/readyz'])('%s', async (path) => {
    const headers = { authorization: `Bearer ${anna.token}` };
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => fetch(`http://127.0.0.1:${app.port}${path}`, { method, headers })),
    );
    expect(head?.status).toBe(200);
    expect(get?.status).toBe(200);
    expect(await head?.text()).toBe('');
  });
});

describe('health', () => {
  test('getHealth and getReadiness say that the server serves', async () => {
    const client = httpClient(app.port);
    expect((await Http.getHealth({ client })).data).toEqual({ status: 'SERVING' });
    expect((await Http.getReadiness({ client })).data).toEqual({ status: 'SERVING' });
  });

  test('before it stops, a server that still serves is alive and not ready', async () => {
    const own = await startTestApp({ config: { drainDelayMs: 1_000 } });
    const client = httpClient(own.port);
    const stopping = own.stop();
    const { error } = await Http.getReadiness({ client });
    expect(error).toMatchObject({ status: 503, code: 'SHUTTING_DOWN' });
    expect((await Http.getHealth({ client })).data).toEqual({ status: 'SERVING' });
    expect(await stopping).toBe(true);
    await own.close();
  });
});

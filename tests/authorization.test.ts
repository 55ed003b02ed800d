/** Who may do what, over both APIs: the rows come from the contracts, so that a method without a rule fails. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { METHODS, type Method } from '../src/service/calls.ts';
import { HTTP_STATUSES } from '../src/http/problem.ts';
import { API_NAMES, isRefused, type Api, type ApiName, type Fields } from './parity/api.ts';
import { GrpcApi } from './parity/grpc-api.ts';
import { HttpApi } from './parity/http-api.ts';
import { ADMIN_TOKEN } from './support/admin-token.ts';
import {
  AUTHORIZATION,
  CALLERS,
  OTHER_OPERATIONS,
  type CallerName,
  type Situation,
  type Verdict,
} from './support/authorization-rules.ts';
import { toOperationId } from './support/http-words.ts';
import { OPERATIONS } from './support/openapi-document.ts';
import { SERVICES } from './support/proto-contract.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

let app: TestApp;
let apis: Readonly<Record<ApiName, Api>>;

beforeAll(async () => {
  app = await startTestApp({ config: { adminToken: ADMIN_TOKEN } });
  apis = { gRPC: new GrpcApi(app.client), HTTP: new HttpApi(app.port) };
});

afterAll(() => app.close());

/** What was answered. @throws what the refusal says, if there is one. */
async function answer(api: Api, method: Method, request: Fields, token?: string): Promise<Fields> {
  const outcome = await api.call(method, request, token);
  if ('refused' in outcome) throw new Error(`${method}: ${outcome.refused.message}`);
  return outcome.answer;
}

async function enter(api: Api): Promise<{ readonly userId: string; readonly token: string }> {
  const { token, session } = await answer(api, 'CreateSession', { displayName: 'Anna' });
  return { token: token as string, userId: (session as { readonly userId: string }).userId };
}

/** Two chats with a message each, by somebody who is not alone. */
async function newSituation(api: Api): Promise<Situation> {
  const [creator, another, gone] = [await enter(api), await enter(api), await enter(api)];
  await answer(api, 'EndSession', {}, gone.token);
  const open = async (settings: Fields): Promise<string> => {
    const { chat } = await answer(api, 'CreateChat', settings, creator.token);
    const chatId = (chat as { readonly id: string }).id;
    await answer(api, 'PostMessage', { chatId, text: 'first' }, creator.token);
    return chatId;
  };
  const [chatId, readOnlyChatId] = [await open({}), await open({ readOnly: true })];
  return { chatId, readOnlyChatId, creator, another, endedToken: gone.token };
}

/** All that the creator has, as they see it. */
async function belongings(api: Api, { creator: { token }, chatId, readOnlyChatId }: Situation): Promise<unknown> {
  return [
    await answer(api, 'GetSession', {}, token),
    await answer(api, 'ListUnreadCounts', {}, token),
    await answer(api, 'GetChat', { chatId }, token),
    await answer(api, 'GetChat', { chatId: readOnlyChatId }, token),
  ];
}

async function verdictOn(api: Api, method: Method, request: Fields, token: string | undefined): Promise<Verdict> {
  if (method === 'Subscribe') {
    const events = api.subscribe(request, token);
    const first = await events.next();
    events.leave();
    return isRefused(first) ? first.code : 'answered';
  }
  const outcome = await api.call(method, request, token);
  return 'refused' in outcome ? outcome.refused.code : 'answered';
}

describe('there is a rule for every', () => {
  test('method of the gRPC contract', () => {
    const methods = SERVICES.flatMap((service) => service.methods.map(({ name }) => name));
    expect(Object.keys(AUTHORIZATION).toSorted()).toEqual(methods.toSorted());
  });

  test('operation of the HTTP contract', () => {
    const ruled = [...Object.keys(AUTHORIZATION).map(toOperationId), ...Object.keys(OTHER_OPERATIONS)];
    expect(ruled.toSorted()).toEqual(Object.keys(OPERATIONS).toSorted());
  });
});

const CASES = METHODS.flatMap((method) =>
  AUTHORIZATION[method].flatMap(({ of, request, row }) =>
    (Object.keys(CALLERS) as CallerName[]).map((caller) => {
      const name = of === undefined ? method : `${method} of ${of}`;
      return { name, method, request, caller, verdict: row[caller] };
    }),
  ),
);

describe.each(API_NAMES)('over %s', (apiName) => {
  let api: Api;
  /** Only refused calls are made in it, so it stays as it is. */
  let untouched: Situation;
  let before: unknown;

  beforeAll(async () => {
    api = apis[apiName];
    untouched = await newSituation(api);
    before = await belongings(api, untouched);
  });

  test.each(CASES)('$name by $caller: $verdict', async ({ method, request, caller, verdict }) => {
    const at = verdict === 'answered' ? await newSituation(api) : untouched;
    expect(await verdictOn(api, method, request(at), CALLERS[caller](at))).toBe(verdict);
    expect(await belongings(api, untouched)).toEqual(before);
  });

  test('nothing that another user may do touches the session, the chats or the position of the creator', async () => {
    const at = await newSituation(api);
    const before = (await belongings(api, at)) as [unknown, unknown, Fields, Fields];
    const own = METHODS.filter((method) => method !== 'PostMessage' && method !== 'EndSession');
    for (const method of [...own, 'EndSession'] as const) {
      for (const { request } of AUTHORIZATION[method]) await verdictOn(api, method, request(at), at.another.token);
    }
    // That somebody reads a chat may be seen.
    const withoutReaders = ([session, counts, ...chats]: typeof before): unknown => [
      session,
      counts,
      ...chats.map(({ chat }) => ({ ...(chat as Fields), activeUsers: undefined })),
    ];
    expect(withoutReaders((await belongings(api, at)) as typeof before)).toEqual(withoutReaders(before));
  });

  test('a session is shown to nobody but its user', async () => {
    const { creator, another } = await newSituation(api);
    for (const { userId, token } of [creator, another]) {
      expect(await answer(api, 'GetSession', {}, token)).toMatchObject({ session: { userId } });
    }
  });
});

describe('over HTTP besides', () => {
  const cases = Object.entries(OTHER_OPERATIONS).flatMap(([operationId, like]) =>
    (Object.keys(CALLERS) as CallerName[]).map((caller) => {
      const verdict = like === 'open' ? 'answered' : AUTHORIZATION[like][0]!.row[caller];
      return { operationId, caller, verdict };
    }),
  );

  test.each(cases)('$operationId by $caller: $verdict', async ({ operationId, caller, verdict }) => {
    const at = await newSituation(apis.HTTP);
    const { method, path } = OPERATIONS[operationId]!;
    const token = CALLERS[caller](at);
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const url = `http://127.0.0.1:${app.port}${path.replace('{chatId}', at.chatId)}`;
    const { status } = await fetch(url, { method, headers });
    expect(status).toBe(verdict === 'answered' ? 200 : HTTP_STATUSES[verdict]);
  });

  test.each(['Basic', 'Token', 'Bearer,', ''])('a token under the scheme "%s" is none', async (scheme) => {
    const { creator } = await newSituation(apis.HTTP);
    const headers = { authorization: `${scheme} ${creator.token}`.trim() };
    expect((await fetch(`http://127.0.0.1:${app.port}/v1/session`, { headers })).status).toBe(401);
  });

  test.each(['token', 'access_token', 'authorization'])('a token in the query parameter %s is none', async (name) => {
    const { creator } = await newSituation(apis.HTTP);
    const { status } = await fetch(`http://127.0.0.1:${app.port}/v1/session?${name}=${creator.token}`);
    expect(status).toBe(401);
  });
});

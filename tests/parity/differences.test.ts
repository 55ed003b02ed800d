import type { DescMethodUnary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Method } from '../../src/service/calls.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { failure } from '../support/grpc-error.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { WRONG_TYPE, type Api, type Fields, type Refused } from './api.ts';
import { DIFFERENCES, withoutDifferences } from './differences.ts';
import { descriptorOf, GrpcApi } from './grpc-api.ts';
import { HttpApi } from './http-api.ts';

let app: TestApp;
let grpc: Api;
let http: Api;
let token: string;

beforeAll(async () => {
  app = await startTestApp();
  grpc = new GrpcApi(app.client);
  http = new HttpApi(app.port);
  token = String((await answer(grpc, 'CreateSession', { displayName: 'Anna' }))['token']);
});

afterAll(() => app.close());

async function answer(api: Api, method: Method, request: Fields): Promise<Fields> {
  const outcome = await api.call(method, request, token);
  if ('refused' in outcome) throw new Error(`${method} was refused: ${outcome.refused.message}`);
  return outcome.answer;
}

async function refusal(api: Api, method: Method, request: Fields): Promise<Refused> {
  const outcome = await api.call(method, request, token);
  if ('answer' in outcome) throw new Error(`${method} was not refused`);
  return outcome.refused;
}

function fetched(path: string, method: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const authorization = `Bearer ${token}`;
  return fetch(`http://127.0.0.1:${app.port}${path}`, { method, headers: { ...headers, authorization } });
}

/** Each difference as callers meet it. */
const SHOWN: Readonly<Record<keyof typeof DIFFERENCES, () => Promise<void>>> = {
  async WORDS_OF_THE_ENCODING() {
    const request = { maxMessages: WRONG_TYPE };
    const throughGrpc = await refusal(grpc, 'CreateChat', request);
    const throughHttp = await refusal(http, 'CreateChat', request);
    expect(throughGrpc.fields).toEqual([['maxMessages', 'must be encoded as int64']]);
    expect(throughHttp.fields).toEqual([['maxMessages', 'must be a whole number']]);
    const same = withoutDifferences(request, { refused: throughGrpc });
    expect(withoutDifferences(request, { refused: throughHttp })).toEqual(same);
  },

  async UNKNOWN_FIELDS() {
    const unknown = new BinaryWriter().tag(99, WireType.LengthDelimited).string('red').finish();
    await app.client.callRaw(descriptorOf('GetStats'), unknown);
    const response = await fetched('/v1/stats?colour=red', 'GET');
    expect(await response.json()).toMatchObject({ code: 'INVALID_ARGUMENT', errors: [{ field: 'colour' }] });
  },

  async EMPTY_IS_UNSET() {
    await answer(grpc, 'ListChats', { pageToken: '' });
    const { fields } = await refusal(http, 'ListChats', { pageToken: '' });
    expect(fields).toEqual([['pageToken', 'must not be empty']]);
    const throughGrpc = await refusal(grpc, 'CreateSession', {});
    expect(throughGrpc.fields).toEqual([['displayName', 'must have 1 to 64 characters, is empty']]);
    expect((await refusal(http, 'CreateSession', {})).fields).toEqual([['displayName', 'is required']]);
  },

  async HEAD() {
    const response = await fetched('/v1/chats', 'HEAD');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  },

  async LAST_EVENT_ID() {
    const { chat } = await answer(grpc, 'CreateChat', {});
    const { id: chatId } = chat as { id: string };
    await answer(http, 'PostMessage', { chatId, text: 'раз' });
    const response = await fetched(`/v1/chats/${chatId}/events?afterSeq=0`, 'GET', { 'last-event-id': '1' });
    const { value } = await response.body!.pipeThrough(new TextDecoderStream()).getReader().read();
    expect(value).toBe('event: caught-up\nid: 1\ndata: {"seq":1}\n\n');
  },

  async WHOLE_SECONDS() {
    const rates = { sessionCreation: { burst: 1, periodMs: 1_500 } };
    const slow = await startTestApp({ rates, clock: new FakeClock() });
    try {
      const [throughGrpc, throughHttp] = [new GrpcApi(slow.client), new HttpApi(slow.port)];
      await answer(throughGrpc, 'CreateSession', { displayName: 'Anna' });
      const exact = await refusal(throughGrpc, 'CreateSession', { displayName: 'Anna' });
      const rounded = await refusal(throughHttp, 'CreateSession', { displayName: 'Anna' });
      expect([exact.retryAfterMs, rounded.retryAfterMs]).toEqual([1_500, 2_000]);
      expect(withoutDifferences({}, { refused: exact })).toEqual(withoutDifferences({}, { refused: rounded }));
    } finally {
      await slow.close();
    }
  },

  async PROTOCOL_ERRORS() {
    expect(await (await fetched('/v1/nothing', 'GET')).json()).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
    const unknown = { ...(descriptorOf('GetStats') as DescMethodUnary), name: 'GetNothing' };
    const error = await failure(app.client.callRaw(unknown, new Uint8Array()));
    expect(error).toMatchObject({ grpcCode: 'UNIMPLEMENTED', reason: undefined });
  },
};

describe('the APIs differ only in this:', () => {
  test.each(Object.entries(DIFFERENCES))('%s: %s', async (name) => {
    await expect(SHOWN[name as keyof typeof DIFFERENCES]()).resolves.toBeUndefined();
  });
});

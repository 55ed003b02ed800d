/** Calls through both APIs as traces, on every storage, and nothing in them of what was said or by whom. */

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatService } from '../../src/gen/veche/v1/chat_pb.js';
import { MessageService } from '../../src/gen/veche/v1/message_pb.js';
import * as Http from '../../src/gen/http/index.ts';
import { failure } from '../support/grpc-error.ts';
import { HttpPerson } from '../support/http-person.ts';
import { CLIENT, OtlpReceiver, SERVER, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { Person } from '../support/person.ts';
import { SHARED_STORAGES, type SharedData } from '../support/shared-storages.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const NO_CHAT = '00000000-0000-7000-8000-000000000000';
const NAME = 'Mallory the Secret';
const TITLE = 'a secret title';
const TEXT = 'a secret text';
const MESSAGE_ID = 'a-secret-message-id';
const BURST = 40;

type Data = Pick<SharedData, 'config' | 'close'>;
const inMemory = async (): Promise<Data> => ({ config: { storage: 'memory' }, close: async () => {} });
const STORAGES: readonly (readonly [name: string, start: () => Promise<Data>])[] = [
  ['memory', inMemory],
  ...SHARED_STORAGES,
];

/** What a post asks of the server of the storage, among other things. */
const REQUESTS: Readonly<Record<string, readonly { readonly system: string; readonly name: string }[]>> = {
  memory: [],
  Redis: [{ system: 'redis', name: 'EVALSHA post-message' }],
  'Redis Cluster': [{ system: 'redis', name: 'EVALSHA post-message' }],
  PostgreSQL: [{ system: 'postgresql', name: 'SELECT post_messages_v1' }],
};

describe.each(STORAGES)('traces on %s', (storage, start) => {
  let data: Data;
  let app: TestApp;
  let receiver: OtlpReceiver;
  /** What nobody may find in a trace. */
  const secrets = [NAME, TITLE, TEXT, MESSAGE_ID, 'secret'];

  beforeAll(async () => {
    [data, receiver] = await Promise.all([start(), OtlpReceiver.start()]);
    app = await startTestApp({ config: { ...data.config, tracing: { endpoint: receiver.url, sampleRatio: 1 } } });
    const chatId = await talkOverGrpc();
    await talkOverHttp(chatId);
    await app.close();
  });
  afterAll(async () => {
    await app?.close();
    await Promise.all([receiver?.close(), data?.close()]);
  });

  function keepSecret(token: string, userId: string): void {
    const hash = createHash('sha256').update(token).digest();
    secrets.push(token, userId, hash.toString('hex'), hash.toString('base64'));
  }

  async function talkOverGrpc(): Promise<string> {
    const ann = await Person.enter(app.client, NAME);
    keepSecret(ann.token, ann.userId);
    const { id: chatId } = await ann.openChat({ title: TITLE });
    secrets.push(chatId);
    await ann.call(MessageService.method.postMessage, { chatId, text: TEXT, clientMessageId: MESSAGE_ID });
    await failure(ann.call(MessageService.method.postMessage, { chatId, text: '', clientMessageId: MESSAGE_ID }));
    await failure(ann.call(ChatService.method.getChat, { chatId: NO_CHAT }));
    const stream = ann.stream(MessageService.method.subscribe, { chatId, afterSeq: 0n });
    await stream.next();
    await Promise.all(Array.from({ length: BURST }, () => ann.post(chatId, TEXT)));
    stream.cancel();
    return chatId;
  }

  async function talkOverHttp(chatId: string): Promise<void> {
    const ben = await HttpPerson.enter(app.port, NAME);
    keepSecret(ben.token, ben.session.userId);
    const { client } = ben;
    await Http.postMessage({ client, path: { chatId }, body: { text: TEXT, clientMessageId: MESSAGE_ID } });
    await Http.getChat({ client, path: { chatId: NO_CHAT } });
    await Http.fetchUnread({ client, path: { chatId }, body: {} });
    await Http.headMessages({ client, path: { chatId } });
    await fetch(`http://127.0.0.1:${app.port}/v1/stats`, { method: 'HEAD' });
  }

  /** Everything within a span, at any depth. */
  function allWithin(span: ReceivedSpan): readonly ReceivedSpan[] {
    const inner = receiver.within(span);
    return inner.concat(inner.flatMap(allWithin));
  }

  test('each call is one span of a server, named by its method or its route', () => {
    const names = new Set(receiver.spans.filter(({ kind }) => kind === SERVER).map(({ name }) => name));
    expect([...names].toSorted()).toStrictEqual([
      'GET /v1/chats/{chatId}',
      'HEAD /v1/chats/{chatId}/messages',
      'HEAD /v1/stats',
      'POST /v1/chats/{chatId}/messages',
      'POST /v1/chats/{chatId}/unread',
      'POST /v1/sessions',
      'veche.v1.ChatService/CreateChat',
      'veche.v1.ChatService/GetChat',
      'veche.v1.MessageService/PostMessage',
      'veche.v1.MessageService/Subscribe',
      'veche.v1.SessionService/CreateSession',
    ]);
    expect(receiver.named('veche.v1.MessageService/PostMessage')).toHaveLength(2 + BURST);
    expect(receiver.named('POST /v1/sessions')).toHaveLength(1);
  });

  test('it says what it came to, in the words of the API and in ours', () => {
    expect(receiver.named('veche.v1.SessionService/CreateSession')[0]).toMatchObject({
      attributes: {
        'rpc.system.name': 'grpc',
        'rpc.method': 'veche.v1.SessionService/CreateSession',
        'rpc.status_code': 'OK',
        'veche.method': 'CreateSession',
        'veche.code': 'OK',
      },
    });
    expect(receiver.named('veche.v1.ChatService/GetChat')[0]).toMatchObject({
      attributes: { 'rpc.status_code': 'NOT_FOUND', 'veche.code': 'CHAT_NOT_FOUND' },
      status: { code: 0 },
    });
    expect(receiver.named('POST /v1/chats/{chatId}/messages')[0]).toMatchObject({
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/chats/{chatId}/messages',
        'http.response.status_code': 201,
        'veche.method': 'PostMessage',
        'veche.code': 'OK',
      },
    });
    expect(receiver.named('GET /v1/chats/{chatId}')[0]).toMatchObject({
      attributes: { 'http.response.status_code': 404, 'veche.code': 'CHAT_NOT_FOUND' },
      status: { code: 0 },
    });
  });

  test('what it asks of the storage is within it', () => {
    const [post] = receiver.named('POST /v1/chats/{chatId}/messages');
    expect(receiver.within(post!).map(({ name }) => name)).toStrictEqual([
      'storage.authenticate',
      'storage.postMessage',
    ]);
    const requests = allWithin(post!)
      .filter(({ kind }) => kind === CLIENT)
      .map(({ name, attributes }) => ({ system: attributes['db.system.name'], name }));
    expect(requests).toStrictEqual(expect.arrayContaining([...REQUESTS[storage]!]));
    const systems = REQUESTS[storage]!.map(({ system }) => system);
    expect(new Set(requests.map(({ system }) => system))).toStrictEqual(new Set(systems));
  });

  test('a stream is a span until it has begun, and what is read for it later is in nobody’s trace', () => {
    const [stream] = receiver.named('veche.v1.MessageService/Subscribe');
    expect(stream!.attributes).toMatchObject({ 'rpc.status_code': 'OK', 'veche.code': 'OK' });
    for (const post of receiver.named('veche.v1.MessageService/PostMessage')) {
      expect(allWithin(post).map(({ name }) => name)).not.toContain('storage.readMessages');
    }
  });

  test('no span begins a trace but those of calls', () => {
    const roots = receiver.spans.filter(({ parentSpanId = '' }) => parentSpanId === '');
    expect(roots.filter(({ kind }) => kind !== SERVER)).toStrictEqual([]);
  });

  test('nothing that was said, and nobody who said it, is in what is exported', () => {
    const exported = receiver.bodies.join('\n');
    expect(exported).toContain('post');
    for (const secret of secrets) expect(exported).not.toContain(secret);
  });
});

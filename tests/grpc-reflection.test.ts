import { fromJson, toJson, type DescMessage, type DescMethodUnary, type DescService } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { status as Code } from '@grpc/grpc-js';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Health } from '../src/gen/grpc/health/v1/health_pb.js';
import { ChatService } from '../src/gen/veche/v1/chat_pb.js';
import { MessageService } from '../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../src/gen/veche/v1/session_pb.js';
import { StatsService } from '../src/gen/veche/v1/stats_pb.js';
import { frame, RawHttp2 } from './support/raw-http2.ts';
import { ReflectionClient } from './support/reflection-client.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const SERVICES: readonly DescService[] = [SessionService, ChatService, MessageService, StatsService];

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.close());

describe.each(['v1', 'v1alpha'] as const)('reflection %s', (version) => {
  let reflection: ReflectionClient;

  beforeAll(() => {
    reflection = new ReflectionClient(app.port, version);
  });

  afterAll(() => reflection.close());

  test('lists every service, health included', async () => {
    const names = [...SERVICES.map(({ typeName }) => typeName), 'grpc.health.v1.Health'];
    expect((await reflection.listServices()).toSorted()).toEqual(names.toSorted());
  });

  test.each([...SERVICES, Health])('describes $typeName as the contract does', async (service) => {
    const described = await reflection.describe(service.typeName);
    expect(described.methods.map(shapeOfMethod)).toEqual(service.methods.map(shapeOfMethod));
  });

  test('lets a client ask for health that knew nothing of it', async () => {
    const method = (await reflection.describe('grpc.health.v1.Health')).method['check'] as DescMethodUnary;
    const response = await app.client.call(method, fromJson(method.input, {}));
    expect(toJson(method.output, response)).toEqual({ status: 'SERVING' });
  });

  test('describes the details of errors, so that clients can show them', async () => {
    const files = await reflection.filesOf('google.rpc.BadRequest');
    expect(files.map(({ name }) => name)).toContain('google/rpc/error_details.proto');
  });

  test('lets a client call what it knew nothing of', async () => {
    const service = await reflection.describe('veche.v1.SessionService');
    const method = service.method['createSession'] as DescMethodUnary;
    const request = fromJson(method.input, { displayName: 'Анна' });
    const response = await app.client.call(method, request);
    expect(toJson(method.output, response)).toMatchObject({ session: { displayName: 'Анна' } });
  });
});

test('reflection answers every question, also of a client that asks first and reads later', async () => {
  const raw = new RawHttp2(app.port);
  const question = new BinaryWriter().tag(4, WireType.LengthDelimited).string('veche.v1.MessageService').finish();
  const stream = raw.open(
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    Buffer.concat(Array.from({ length: 200 }, () => frame(question))),
  );
  await once(stream, 'response');
  let answers = Buffer.concat((await stream.toArray()) as Buffer[]);
  let count = 0;
  for (; answers.length > 0; count++) answers = answers.subarray(5 + answers.readUInt32BE(1));
  expect(count).toBe(200);
  raw.close();
});

test('a connection may have 16 streams of reflection, and no more until one has ended', async () => {
  const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
  const question = frame(Buffer.from([0x3a, 0]));
  const raw = new RawHttp2(app.port);
  const streams = Array.from({ length: 16 }, () => raw.begin(path, question));
  await Promise.all(streams.map((stream) => once(stream, 'data')));
  for (let count = 0; count < 10; count++) {
    const refused = raw.begin(path, question);
    const [headers] = (await once(refused.resume(), 'response')) as [IncomingHttpHeaders];
    expect(headers['grpc-status']).toBe(String(Code.RESOURCE_EXHAUSTED));
    // Although this side of it was not ended.
    await once(refused, 'close');
  }
  streams[0]!.end();
  await once(streams[0]!.resume(), 'close');
  const [answer] = (await once(raw.begin(path, question), 'data')) as [Buffer];
  expect(answer.length).toBeGreaterThan(0);
  raw.close();
});

test('reflection is not there when it is switched off', async () => {
  const own = await startTestApp({ config: { reflection: false } });
  const raw = new RawHttp2(own.port);
  for (const version of ['v1', 'v1alpha']) {
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    expect(await raw.call(path, Buffer.alloc(0))).toMatchObject({ grpc: 'UNIMPLEMENTED' });
  }
  raw.close();
  await own.close();
});

/** What a client must know of a method. */
function shapeOfMethod({ name, methodKind, input, output }: DescService['methods'][number]): object {
  return { name, methodKind, input: shapeOfMessage(input), output: shapeOfMessage(output) };
}

function shapeOfMessage({ typeName, fields }: DescMessage): object {
  return {
    typeName,
    fields: fields.map((field) => ({
      name: field.name,
      number: field.number,
      kind: field.fieldKind,
      presence: field.presence,
      oneof: field.oneof?.name,
      scalar: field.scalar,
      message: field.message && shapeOfMessage(field.message),
      enumValues: field.enum?.values.map(({ name, number }) => ({ name, number })),
    })),
  };
}

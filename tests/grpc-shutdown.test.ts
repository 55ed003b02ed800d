import { create, toBinary } from '@bufbuild/protobuf';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { ListMessagesRequestSchema } from '../src/gen/veche/v1/message_pb.js';
import { FrameConnection, http2Frame, PREFACE, SETTINGS } from './support/http2-frames.ts';
import { Person } from './support/person.ts';
import { authorization, CREATE_SESSION, createSessionRequest } from './support/raw-calls.ts';
import { answerOn, frame, RawHttp2 } from './support/raw-http2.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const WATCH = '/grpc.health.v1.Health/Watch';
const LIST_MESSAGES = '/veche.v1.MessageService/ListMessages';

/** Which services there are. */
const question = frame(Buffer.from([0x3a, 0]));

/** A server that would wait for ever. */
function startPatient(): Promise<TestApp> {
  return startTestApp({ config: { shutdownGraceMs: 2 ** 31 - 1 } });
}

describe('the end does not wait for', () => {
  const whole = frame(createSessionRequest);
  const acknowledgement = http2Frame('settings', { flags: 1 });

  test.each([
    ['half of a request', CREATE_SESSION, whole.subarray(0, 7), 'UNAVAILABLE'],
    ['a request that does not end', CREATE_SESSION, whole, 'UNAVAILABLE'],
    ['a stream of reflection whose other side does not end', REFLECTION, question, 'OK'],
    ['a stream of reflection on which nothing was asked', REFLECTION, Buffer.alloc(0), 'OK'],
  ])('%s', async (_name, path, beginning, grpc) => {
    const app = await startPatient();
    const raw = new RawHttp2(app.port);
    const answer = answerOn(raw.begin(path, beginning));
    await raw.call(CREATE_SESSION, whole);
    expect(await app.stop()).toBe(true);
    expect(await answer).toMatchObject({ grpc });
    raw.close();
    await app.close();
  });

  test('a watch whose reader takes nothing', async () => {
    const app = await startPatient();
    const raw = new RawHttp2(app.port, { window: 0 });
    await once(raw.open(WATCH, frame(Buffer.alloc(0))), 'response');
    expect(await app.stop()).toBe(true);
    raw.close();
    await app.close();
  });

  test.each([
    ['says nothing more than the preface', [PREFACE]],
    ['does not acknowledge the settings', [PREFACE, SETTINGS]],
    ['does not take its leave', [PREFACE, SETTINGS, acknowledgement]],
  ])('a connection whose other side %s', async (_name, parts) => {
    const app = await startPatient();
    const connection = new FrameConnection(app.port);
    connection.send(...parts);
    await connection.heard();
    const stopped = app.stop();
    expect(await connection.ended()).toBe(0);
    expect(await stopped).toBe(true);
    connection.destroy();
    await app.close();
  });
});

test('the end waits for an answer that is being taken', async () => {
  const app = await startPatient();
  const anna = await Person.enter(app.client);
  const { id: chatId } = await anna.openChat();
  await anna.post(chatId, 'x'.repeat(4096));
  const raw = new RawHttp2(app.port, { window: 0 });
  const request = toBinary(ListMessagesRequestSchema, create(ListMessagesRequestSchema, { chatId }));
  const stream = raw.open(LIST_MESSAGES, frame(request), authorization(anna));
  await once(stream, 'response');
  const idle = new RawHttp2(app.port);
  await once(idle.begin(REFLECTION, question).resume(), 'data');
  const stopped = app.stop();
  // By then those for whom the end does not wait have been cut.
  await once(idle.session, 'close');
  raw.session.settings({ initialWindowSize: 65_535 });
  expect(await answerOn(stream)).toMatchObject({ grpc: 'OK' });
  expect(await stopped).toBe(true);
  await app.close();
});

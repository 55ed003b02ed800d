/** What callers can make the server hold: half requests and answers that are not taken, bounded for all of them together. */

import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectSecure } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StatsService } from '../src/gen/veche/v1/stats_pb.js';
import { FIRST } from './support/certificates.ts';
import { Person } from './support/person.ts';
import {
  authorization,
  CREATE_SESSION,
  createSessionRequest,
  LIST_MESSAGES,
  listFrame,
  SUBSCRIBE,
  subscribeFrame,
} from './support/raw-calls.ts';
import { answerOn, frame, RawHttp2 } from './support/raw-http2.ts';
import { nextResponse } from './support/server-responses.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const BOUND_BYTES = 1024 * 1024;
const HALF_BYTES = 50_000;
/** As many halves as are more than the bound. */
const MANY = (2 * BOUND_BYTES) / HALF_BYTES;
const TEXT = 'x'.repeat(4_000);

let app: TestApp;
const sockets: Socket[] = [];

function connect(secure: boolean): Socket {
  const socket = secure
    ? connectSecure({ port: app.port, host: '127.0.0.1', ca: FIRST.cert })
    : connectTcp(app.port, '127.0.0.1');
  sockets.push(socket.on('error', () => {}));
  return socket;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app.close();
});

describe.each([
  ['in the clear', {}, false],
  ['with TLS', { tls: FIRST }, true],
] as const)('%s', (_how, config, secure) => {
  beforeEach(async () => {
    app = await startTestApp({ config, heldBounds: { arriving: BOUND_BYTES, untaken: BOUND_BYTES } });
  });

  test('of half requests over gRPC that are too much together, the oldest are refused', async () => {
    const raw = new RawHttp2(app.port, { ...(secure && { ca: FIRST.cert }) });
    const streams = Array.from({ length: MANY }, () =>
      raw.begin(CREATE_SESSION, frame(createSessionRequest, { length: HALF_BYTES })),
    );
    const answers = streams.map(answerOn);
    for (const stream of streams) stream.write(Buffer.alloc(HALF_BYTES - 1_000));
    const { grpc, headers } = await answers[0]!;
    expect(grpc).toBe('RESOURCE_EXHAUSTED');
    expect(decodeURI(String(headers['grpc-message']))).toBe('Too much is arriving at one time; retry.');
    // Who asks as one should is answered meanwhile.
    await app.client.call(StatsService.method.getStats, {});
    expect(streams.at(-1)!.closed).toBe(false);
    raw.close();
  });

  test('of half bodies over HTTP that are too much together, the oldest are refused', async () => {
    const halves: Socket[] = [];
    for (let count = 0; count < MANY; count++) {
      const socket = connect(secure);
      halves.push(socket);
      const head = `POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${HALF_BYTES}\r\n`;
      await new Promise((resolve) => socket.write(`${head}\r\n{`, resolve));
    }
    const answer = await text(halves[0]!);
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
    expect(answer).toContain('"code":"RATE_LIMITED"');
    await app.client.call(StatsService.method.getStats, {});
    expect(halves.at(-1)!.destroyed).toBe(false);
  });

  test('of pages over gRPC that nobody takes and that are too much together, the oldest are cut', async () => {
    const { anna, chatId } = await fullChat();
    const raw = new RawHttp2(app.port, { window: 0, ...(secure && { ca: FIRST.cert }) });
    const closed: number[] = [];
    for (let count = 0; count < 10; count++) {
      const stream = raw.open(LIST_MESSAGES, listFrame(chatId), authorization(anna));
      stream.once('close', () => closed.push(stream.rstCode));
      await once(stream, 'response');
    }
    expect(closed.length).toBeGreaterThan(0);
    expect(new Set(closed)).toEqual(new Set([constants.NGHTTP2_ENHANCE_YOUR_CALM]));
    await anna.post(chatId, 'still here');
    raw.close();
  });

  test('of events over gRPC that nobody takes and that are too much together, the oldest are cut', async () => {
    const { anna, chatId } = await fullChat();
    const raw = new RawHttp2(app.port, { window: 0, ...(secure && { ca: FIRST.cert }) });
    const closed: number[] = [];
    for (let count = 0; count < 30; count++) {
      const stream = raw.open(SUBSCRIBE, subscribeFrame(chatId, 0n), authorization(anna));
      stream.once('close', () => closed.push(stream.rstCode));
      await once(stream, 'response');
    }
    await anna.post(chatId, 'still here');
    expect(closed.length).toBeGreaterThan(0);
    expect(new Set(closed)).toEqual(new Set([constants.NGHTTP2_ENHANCE_YOUR_CALM]));
    raw.close();
  });

  test('of pages over HTTP that nobody takes and that are too much together, the oldest are cut', async () => {
    const { anna, chatId } = await fullChat();
    const path = `/v1/chats/${chatId}/messages?pageSize=500&markRead=false`;
    const request = `GET ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${anna.token}\r\n\r\n`;
    const held = nextResponse(chatId);
    // More than what systems hold of a connection that is not read, on both its ends.
    connect(secure).pause().write(request.repeat(30));
    const cut = once((await held).req.socket, 'close');
    for (let count = 0; count < 6; count++) connect(secure).pause().write(request.repeat(30));
    await expect(cut).resolves.toBeDefined();
    await anna.post(chatId, 'still here');
  });
});

/** A chat of which a page is as large as pages get. */
async function fullChat(): Promise<{ readonly anna: Person; readonly chatId: string }> {
  const anna = await Person.enter(app.client);
  const { id: chatId } = await anna.openChat();
  await Promise.all(Array.from({ length: 120 }, () => anna.post(chatId, TEXT)));
  return { anna, chatId };
}

/** Floods of frames on one connection: each ends the connection that it comes on, and nothing else. */

import { constants } from 'node:http2';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { StatsService } from '../src/gen/veche/v1/stats_pb.js';
import { FIRST } from './support/certificates.ts';
import {
  FrameConnection,
  headerBlock,
  http2Frame,
  openCall,
  PREFACE,
  resetCall,
  SETTINGS,
} from './support/http2-frames.ts';
import { CREATE_SESSION, createSessionRequest } from './support/raw-calls.ts';
import { frame, RawHttp2 } from './support/raw-http2.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const HEADERS = { ':path': CREATE_SESSION, 'content-type': 'application/grpc' };
const PING = http2Frame('ping', { payload: Buffer.alloc(8) });
const FRAMES = 20_000;

/** Frames that are made one after the other, each for a stream of its own. */
function perStream(count: number, make: (streamId: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(2 * index + 1)));
}

function repeated(frame: Buffer, count = FRAMES): Buffer {
  return Buffer.concat(Array<Buffer>(count).fill(frame));
}

const FLOODS: readonly (readonly [string, Buffer, keyof typeof constants])[] = [
  ['calls that are reset at once', perStream(5_000, (id) => resetCall(id, HEADERS)), 'NGHTTP2_INTERNAL_ERROR'],
  ['calls beyond those that may be open', perStream(5_000, (id) => openCall(id, HEADERS)), 'NGHTTP2_INTERNAL_ERROR'],
  [
    'headers that go on and on',
    Buffer.concat([
      openCall(1, HEADERS, { flags: 0 }),
      repeated(http2Frame('continuation', { streamId: 1, payload: headerBlock({ a: 'b' }) })),
    ]),
    'NGHTTP2_INTERNAL_ERROR',
  ],
  [
    'data without a byte',
    Buffer.concat([openCall(1, HEADERS), repeated(http2Frame('data', { streamId: 1 }))]),
    'NGHTTP2_INTERNAL_ERROR',
  ],
  [
    'settings with very many values',
    http2Frame('settings', { payload: Buffer.concat(Array<Buffer>(1_000).fill(Buffer.of(0, 4, 0, 0, 0, 0))) }),
    'NGHTTP2_ENHANCE_YOUR_CALM',
  ],
  ['settings that have to be acknowledged', repeated(SETTINGS), 'NGHTTP2_INTERNAL_ERROR'],
  ['pings that have to be answered', repeated(PING), 'NGHTTP2_INTERNAL_ERROR'],
];

describe.each([
  ['in the clear', {}, undefined],
  ['with TLS', { tls: FIRST }, FIRST.cert],
] as const)('%s, one connection is ended by', (_how, config, ca) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ config });
  });

  afterEach(async () => {
    await app.client.call(StatsService.method.getStats, {});
    const errors = app.logLines.filter((line) => line.startsWith('error'));
    if (errors.length > 0) throw new Error(errors.join());
  });

  afterAll(() => app.close());

  // A record of TLS holds fewer pings than may wait for their answers; these are read in between, so that none pile up.
  const floods = ca === undefined ? FLOODS : FLOODS.filter(([what]) => !what.startsWith('pings'));

  test.each(floods)('%s', async (_what, frames, code) => {
    const connection = new FrameConnection(app.port, ca);
    connection.send(PREFACE, SETTINGS, frames);
    // What it says last is lost where it is cut on bytes that nobody has read.
    expect([constants[code], undefined]).toContain(await connection.ended());
    connection.destroy();
  });
});

test('a call with more headers than are read is reset, and its connection kept', async () => {
  const app = await startTestApp();
  const raw = new RawHttp2(app.port);
  const headers = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x-${index}`, '']));
  const stream = raw.open(CREATE_SESSION, frame(createSessionRequest), headers);
  await new Promise((resolve) => stream.once('close', resolve));
  expect(stream.rstCode).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  expect(await raw.call(CREATE_SESSION, frame(createSessionRequest))).toMatchObject({ grpc: 'OK' });
  raw.close();
  await app.close();
});

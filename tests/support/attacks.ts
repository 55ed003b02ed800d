/** What one client can do to a server that it wishes ill: each attack in rounds that are bounded in number, bytes and time. */

import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { http2Frame, openCall, PREFACE, resetCall, SETTINGS } from './http2-frames.ts';
import { frame } from './raw-http2.ts';

/** Who is attacked. */
interface Victim {
  readonly port: number;
  /** What is trusted, of a server that speaks TLS. */
  readonly ca?: string | undefined;
}

/** One round: resolves when it is over and its connections are closed. */
export type Attack = (victim: Victim) => Promise<void>;

/** How long a round leaves to a server that says nothing. */
const PATIENCE_MS = 300;
const CALL = { ':path': '/veche.v1.SessionService/CreateSession', 'content-type': 'application/grpc' };
const BODY = JSON.stringify({ displayName: 'x' });
const POST = 'POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
const HALF = frame(Buffer.alloc(60_000), { length: 70_000 });

export const ATTACKS: Readonly<Record<string, Attack>> = {
  'connections that say nothing': (victim) => onMany(victim, 200, () => Buffer.alloc(0)),
  'half of a first packet': (victim) => onMany(victim, 200, () => Buffer.from('P')),
  'calls reset at once': (victim) => onMany(victim, 4, () => http2(perStream(2_000, (id) => resetCall(id, CALL)))),
  'half calls': (victim) => onMany(victim, 4, () => http2(perStream(500, (id) => openCall(id, CALL)))),
  'half requests': (victim) => onMany(victim, 4, () => http2(perStream(100, halfRequest))),
  pings: (victim) => onMany(victim, 4, () => http2(repeated(http2Frame('ping', { payload: Buffer.alloc(8) })))),
  settings: (victim) => onMany(victim, 4, () => http2(repeated(SETTINGS))),
  'data without a byte': (victim) =>
    onMany(victim, 4, () => http2(Buffer.concat([openCall(1, CALL), repeated(http2Frame('data', { streamId: 1 }))]))),
  'oversized headers': (victim) => onMany(victim, 50, () => Buffer.from(`GET / HTTP/1.1\r\nx: ${'y'.repeat(60_000)}`)),
  'slow bodies': (victim) =>
    onMany(victim, 200, () => Buffer.from(`${POST}content-length: 60000\r\n\r\n${'x'.repeat(50_000)}`)),
  sessions: (victim) =>
    onMany(victim, 10, () => Buffer.from(`${POST}content-length: ${BODY.length}\r\n\r\n${BODY}`.repeat(20))),
  'requests whose answers are not read': (victim) =>
    onMany(victim, 20, () => Buffer.from('GET /openapi.yaml HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(400)), {
      isReading: false,
    }),
};

/** Opens connections, sends the same on each, waits until the server closes them or for a moment, and closes what is left. */
async function onMany(
  victim: Victim,
  count: number,
  make: () => Buffer,
  { isReading = true }: { readonly isReading?: boolean } = {},
): Promise<void> {
  const bytes = make();
  const sockets = Array.from({ length: count }, () => open(victim));
  for (const socket of sockets) {
    if (isReading) socket.resume();
    socket.write(bytes);
  }
  const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  await Promise.race([closed, delay(PATIENCE_MS)]);
  for (const socket of sockets) socket.destroy();
  await closed;
}

function open({ port, ca }: Victim): Socket {
  const address = { port, host: '127.0.0.1' };
  const socket = ca === undefined ? connect(address) : connectTls({ ...address, ca });
  return socket.on('error', () => {});
}

function http2(frames: Buffer): Buffer {
  return Buffer.concat([PREFACE, SETTINGS, frames]);
}

function perStream(count: number, make: (streamId: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(2 * index + 1)));
}

function repeated(bytes: Buffer, count = 20_000): Buffer {
  return Buffer.concat(Array<Buffer>(count).fill(bytes));
}

/** As much of a request as fits into frames of the size that every server takes. */
function halfRequest(streamId: number): Buffer {
  const chunks = [openCall(streamId, CALL)];
  for (let from = 0; from < HALF.length; from += 16_000) {
    chunks.push(http2Frame('data', { streamId, payload: HALF.subarray(from, from + 16_000) }));
  }
  return Buffer.concat(chunks);
}

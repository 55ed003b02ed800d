import { ServerCredentials, type ConnectionInjector } from '@grpc/grpc-js';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { FrameConnection, PREFACE, SETTINGS } from '../../tests/support/http2-frames.ts';
import { frame, RawHttp2 } from '../../tests/support/raw-http2.ts';
import { HeldBytes } from '../service/held-bytes.ts';
import { guardedServer } from './guarded-server.ts';
import { addHealth, type Health } from './health.ts';
import { serverOptions } from './server-options.ts';

const IDLE_MS = 5 * 60_000;
const PING_EVERY_MS = 30_000;
const PING_TIMEOUT_MS = 20_000;
const CHECK = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';

let listener: Server;
let port: number;

/** A server of health alone, which is not serving. */
async function listen(maxConnectionAgeMs?: number): Promise<{ listener: Server; port: number; health: Health }> {
  const arriving = new HeldBytes(Infinity);
  const { server } = guardedServer(serverOptions({ maxMessageLength: 100 }, maxConnectionAgeMs), arriving, () => {});
  const health = addHealth(server, [], () => {});
  const injector: ConnectionInjector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createServer((socket) => injector.injectConnection(socket)).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return { listener, port: (listener.address() as AddressInfo).port, health };
}

beforeAll(async () => {
  ({ listener, port } = await listen());
});

afterAll(() => {
  listener.close();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Resolves when the server has read all that was sent, its answers to pings included. */
function roundTrip({ session }: RawHttp2): Promise<void> {
  return new Promise((resolve) => session.ping(() => resolve()));
}

/** Lets time pass for the server, in steps in which every ping that is due is answered. */
async function pass(ms: number, raw: RawHttp2): Promise<void> {
  for (let passed = 0; passed < ms; passed += PING_EVERY_MS) {
    const pinged = once(raw.session, 'ping');
    vi.advanceTimersByTime(PING_EVERY_MS);
    await pinged;
    await roundTrip(raw);
  }
}

describe('a connection', () => {
  test('is closed gently when no call was open on it for 5 minutes, though its pings are answered', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const raw = new RawHttp2(port);
    const goodbye = once(raw.session, 'goaway') as Promise<[number]>;
    await once(raw.session, 'connect');
    await roundTrip(raw);
    await pass(IDLE_MS - PING_EVERY_MS, raw);
    expect(await raw.call(CHECK, frame(Buffer.alloc(0)))).toMatchObject({ http: 200 });
    await pass(IDLE_MS - PING_EVERY_MS, raw);
    expect(raw.session.closed).toBe(false);
    vi.advanceTimersByTime(PING_EVERY_MS);
    const [code] = await goodbye;
    expect(code).toBe(constants.NGHTTP2_NO_ERROR);
    raw.close();
  });

  test('is cut when its other side leaves a ping unanswered for 20 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const silent = new FrameConnection(port);
    silent.send(PREFACE, SETTINGS);
    await silent.pinged();
    vi.advanceTimersByTime(PING_EVERY_MS);
    await silent.pinged();
    vi.advanceTimersByTime(PING_TIMEOUT_MS - 1);
    // Whatever else it says, that is no answer.
    await silent.pinged();
    vi.advanceTimersByTime(1);
    await silent.ended();
    await expect(silent.pinged()).rejects.toThrow('ended without an answer');
    silent.destroy();
  });

  test('may carry 2000 streams at one time, which is said at its beginning', async () => {
    const raw = new RawHttp2(port);
    await once(raw.session, 'remoteSettings');
    expect(raw.session.remoteSettings.maxConcurrentStreams).toBe(2_000);
    raw.close();
  });

  test('is kept while a call is open on it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const raw = new RawHttp2(port);
    const stream = raw.open(WATCH, frame(Buffer.alloc(0)));
    await once(stream, 'data');
    await pass(2 * IDLE_MS, raw);
    expect(stream.closed).toBe(false);
    expect(raw.session.closed).toBe(false);
    raw.close();
  });

  test('is told to go when it is as old as it may become, and what is open on it goes on', async () => {
    const aging = await listen(200);
    const raw = new RawHttp2(aging.port);
    const goodbye = once(raw.session, 'goaway') as Promise<[number]>;
    const stream = raw.open(WATCH, frame(Buffer.alloc(0)));
    await once(stream, 'data');
    const [code] = await goodbye;
    expect(code).toBe(constants.NGHTTP2_NO_ERROR);
    const news = once(stream, 'data');
    aging.health.setServing(true);
    await news;
    expect(stream.closed).toBe(false);
    raw.close();
    aging.listener.close();
  });
});

/** TLS on the one port: who gets which protocol, and that nothing else is different. */

import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectClear } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MessageService, StreamEndReason } from '../src/gen/veche/v1/message_pb.js';
import { FIRST, SECOND } from './support/certificates.ts';
import { http2Frame, PREFACE, SETTINGS } from './support/http2-frames.ts';
import { Person } from './support/person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';
import { connectTls, httpsGet } from './support/tls-client.ts';

const GET = 'GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ config: { tls: FIRST } });
});

afterAll(() => app.close());

describe('a server with a certificate', () => {
  test('answers gRPC, and streams', async () => {
    const anna = await Person.enter(app.client);
    const { id } = await anna.openChat();
    await anna.post(id, 'Слово');
    const { token } = anna;
    const stream = app.client.stream(MessageService.method.subscribe, { chatId: id, afterSeq: 0n }, { token });
    expect((await stream.next())?.event.case).toBe('messages');
    stream.cancel();
  });

  test('answers HTTP/1.1', async () => {
    expect((await httpsGet(app.port, '/healthz')).status).toBe(200);
  });

  test.each([
    ['a browser, which could speak both', ['h2', 'http/1.1'], 'http/1.1'],
    ['a client of HTTP/1.1', ['http/1.1'], 'http/1.1'],
    ['a client of gRPC', ['h2'], 'h2'],
    ['an older client of gRPC', ['grpc-exp', 'h2'], 'h2'],
    ['a client that negotiates nothing', [], false],
  ])('speaks with %s what it should', async (_who, offer, agreed) => {
    const socket = await connectTls(app.port, { ALPNProtocols: offer });
    expect(socket.alpnProtocol).toBe(agreed);
    socket.destroy();
  });

  test('refuses in the handshake who speaks nothing that it speaks', async () => {
    await expect(connectTls(app.port, { ALPNProtocols: ['spdy/3.1'] })).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    });
  });

  test('looks at the first bytes of who negotiates nothing', async () => {
    const http1 = await connectTls(app.port);
    http1.write(GET);
    expect(await text(http1)).toMatch(/^HTTP\/1\.1 200 /);

    const plainTls = await connectTls(app.port);
    const session = connectHttp2(`https://127.0.0.1:${app.port}`, {
      createConnection: () => plainTls,
    } as object);
    const stream = session.request({ ':method': 'POST', ':path': '/', 'content-type': 'application/grpc' });
    const [headers] = (await once(stream, 'response')) as [Record<string, string>];
    expect(headers['grpc-status']).toBe('12');
    session.destroy();
  });

  test('takes TLS 1.2, and nothing older', async () => {
    const socket = await connectTls(app.port, { maxVersion: 'TLSv1.2' });
    expect(socket.getProtocol()).toBe('TLSv1.2');
    socket.destroy();
    const older = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    await expect(connectTls(app.port, older)).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    });
  });

  test('is not trusted by who trusts another', async () => {
    await expect(connectTls(app.port, { ca: SECOND.cert })).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });
});

describe('what was negotiated is all that is spoken', () => {
  test('HTTP/1.1 after h2 is refused with a problem', async () => {
    const socket = await connectTls(app.port, { ALPNProtocols: ['h2'] });
    socket.write(GET);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 .*"code":"INVALID_ARGUMENT"/s);
  });

  test('HTTP/2 after http/1.1 is refused with a goodbye', async () => {
    const socket = await connectTls(app.port, { ALPNProtocols: ['http/1.1'] });
    socket.write(PREFACE);
    expect(await text(socket)).toContain('gRPC is not served on this connection');
  });
});

describe('connections of gRPC', () => {
  beforeAll(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterAll(() => void vi.useRealTimers());

  test('are cut when the other side has fallen silent, and only those', async () => {
    const own = await startTestApp({ config: { tls: FIRST } });
    const speaking = await connectTls(own.port, { ALPNProtocols: ['h2'] });
    const silent = await connectTls(own.port, { ALPNProtocols: ['h2'] });
    for (const socket of [speaking, silent]) {
      socket.write(Buffer.concat([PREFACE, SETTINGS]));
      await once(socket, 'data');
    }
    vi.advanceTimersByTime(60_000);
    speaking.write(http2Frame('ping', { payload: Buffer.alloc(8) }));
    await once(speaking, 'data');
    vi.advanceTimersByTime(60_000);
    await once(silent.resume(), 'close');
    expect(speaking.destroyed).toBe(false);
    speaking.destroy();
    await own.close();
  });
});

describe('stopping', () => {
  test('ends streams with their reason, lets requests finish and waits for nobody else', async () => {
    const own = await startTestApp({
      config: { tls: FIRST, shutdownGraceMs: 3_600_000 },
      timeouts: { handshakeMs: 3_600_000 },
    });
    const anna = await Person.enter(own.client);
    const { id: chatId } = await anna.openChat();
    const { token } = anna;
    const stream = own.client.stream(MessageService.method.subscribe, { chatId }, { token });
    expect((await stream.next())?.event.case).toBe('caughtUp');
    const waiting = await connectTls(own.port);
    const wait = '{"wait":"30s"}';
    waiting.write(
      `POST /v1/chats/${chatId}/unread HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${wait.length}\r\n\r\n${wait}`,
    );
    const handshaking = connectClear({ port: own.port, host: '127.0.0.1' }).resume();
    const idle = await connectTls(own.port);
    idle.resume();
    // By the answer to one that came later, the request has arrived.
    await httpsGet(own.port, '/healthz');
    const stopped = own.stop();
    expect(await text(waiting)).toMatch(/^HTTP\/1\.1 200 /);
    expect((await stream.rest()).map(({ event }) => event)).toMatchObject([
      { case: 'end', value: { reason: StreamEndReason.SERVER_GOING_AWAY } },
    ]);
    expect(await stopped).toBe(true);
    for (const socket of [handshaking, idle]) if (!socket.closed) await once(socket, 'close');
    await own.close();
  });
});

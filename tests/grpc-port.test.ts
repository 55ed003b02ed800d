/** gRPC on a port of its own: each port speaks its protocol, and says so to who tries the other. */

import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StatsService } from '../src/gen/veche/v1/stats_pb.js';
import type { Problem } from '../src/gen/http/index.ts';
import { FIRST } from './support/certificates.ts';
import { GrpcClient } from './support/grpc-client.ts';
import { failure } from './support/grpc-error.ts';
import { FrameConnection, PREFACE, SETTINGS } from './support/http2-frames.ts';
import { HttpPerson } from './support/http-person.ts';
import { Person } from './support/person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';
import { connectTls, httpsGet } from './support/tls-client.ts';

describe('a server whose gRPC has a port of its own', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ config: { grpcPort: 0 } });
  });

  afterAll(() => app.close());

  test('serves gRPC there, and HTTP on the other, with the same chats', async () => {
    expect(app.grpcPort).not.toBe(app.port);
    const anna = await Person.enter(app.client);
    const boris = await HttpPerson.enter(app.port, 'Борис');
    const { id } = await anna.openChat();
    expect(await boris.post(id, 'Слово')).toMatchObject({ seq: 1 });
  });

  test('tells a gRPC client on the port of HTTP that it is wrong there', async () => {
    const client = new GrpcClient(`127.0.0.1:${app.port}`);
    const { message } = await failure(client.call(StatsService.method.getStats, {}));
    expect(message).toContain(`code ${constants.NGHTTP2_HTTP_1_1_REQUIRED}`);
    client.close();
  });

  test('says goodbye to HTTP/2 on the port of HTTP, with the reason', async () => {
    const connection = new FrameConnection(app.port);
    connection.send(PREFACE, SETTINGS);
    expect(await connection.ended()).toBe(constants.NGHTTP2_HTTP_1_1_REQUIRED);
    expect(connection.received.toString('latin1')).toContain('gRPC is not served on this connection');
    connection.destroy();
  });

  test.each([
    ['a request', 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a large one', `POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-length: 5000000\r\n\r\n${'x'.repeat(5_000_000)}`],
    ['noise', 'no protocol'],
  ])('answers %s on the port of gRPC with a problem', async (_what, bytes) => {
    const socket = connect({ port: app.grpcPort, host: '127.0.0.1' });
    socket.write(bytes);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(head).toContain('content-type: application/problem+json');
    const { code, errors } = JSON.parse(body) as Problem;
    expect(code).toBe('INVALID_ARGUMENT');
    expect(errors).toEqual([
      { field: '', description: 'must be a gRPC call on this connection: HTTP/1.1 has a port of its own' },
    ]);
  });
});

describe('with TLS', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ config: { grpcPort: 0, tls: FIRST } });
  });

  afterAll(() => app.close());

  test('both ports encrypt', async () => {
    await Person.enter(app.client);
    expect((await httpsGet(app.port, '/healthz')).status).toBe(200);
  });

  test('each offers its protocol only', async () => {
    const offer = { ALPNProtocols: ['h2', 'http/1.1'] };
    const [http, grpc] = [await connectTls(app.port, offer), await connectTls(app.grpcPort, offer)];
    expect([http.alpnProtocol, grpc.alpnProtocol]).toEqual(['http/1.1', 'h2']);
    for (const socket of [http, grpc]) socket.destroy();
    const refused = { code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' };
    await expect(connectTls(app.port, { ALPNProtocols: ['h2'] })).rejects.toMatchObject(refused);
    await expect(connectTls(app.grpcPort, { ALPNProtocols: ['http/1.1'] })).rejects.toMatchObject(refused);
  });
});

describe('stopping', () => {
  test.each([
    ['in the clear', {}],
    ['with TLS', { tls: FIRST }],
  ])('closes both ports, and what is open on them without a call (%s)', async (_how, config) => {
    const app = await startTestApp({ config: { ...config, grpcPort: 0, shutdownGraceMs: 3_600_000 } });
    await Person.enter(app.client);
    const open = [app.port, app.grpcPort].map((port) => connect({ port, host: '127.0.0.1' }).resume());
    await Promise.all(open.map((socket) => once(socket, 'connect')));
    // Has been accepted after them, so that they have been, too.
    await app.connect().call(StatsService.method.getStats, {});
    expect(await app.stop()).toBe(true);
    for (const port of [app.port, app.grpcPort]) {
      const [error] = (await once(connect({ port, host: '127.0.0.1' }), 'error')) as [NodeJS.ErrnoException];
      expect(error.code).toBe('ECONNREFUSED');
    }
    await app.close();
  });
});

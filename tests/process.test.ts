/** The life of a whole process, from its start to its exit code. */

import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readSupportedNode, readVersion } from '../src/lifecycle/version.ts';
import { ChatService } from '../src/gen/veche/v1/chat_pb.js';
import { MessageService, StreamEndReason } from '../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../src/gen/veche/v1/session_pb.js';
import { CertificateFolder, FIRST, SECOND } from './support/certificates.ts';
import { GrpcClient } from './support/grpc-client.ts';
import { checkHealth } from './support/health.ts';
import { PREFACE } from './support/http2-frames.ts';
import { frame, RawHttp2 } from './support/raw-http2.ts';
import { openStuckStream } from './support/stuck-stream.ts';
import { shownCertificate } from './support/tls-client.ts';
import { VecheProcess, type ProcessOptions } from './support/veche-process.ts';

const running: VecheProcess[] = [];
const clients: GrpcClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const veche of running.splice(0)) await veche.kill();
});

async function serve(
  flags: readonly string[] = [],
  options?: ProcessOptions,
): Promise<Awaited<ReturnType<typeof VecheProcess.serve>>> {
  const veche = await VecheProcess.serve(flags, options);
  running.push(veche);
  return veche;
}

function run(args: readonly string[], options?: ProcessOptions): VecheProcess {
  const veche = new VecheProcess(args, options);
  running.push(veche);
  return veche;
}

function connect(port: number): GrpcClient {
  const client = new GrpcClient(`127.0.0.1:${port}`);
  clients.push(client);
  return client;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Somebody in a chat of their own. */
async function enter(client: GrpcClient): Promise<{ token: string; chatId: string }> {
  const { token } = await client.call(SessionService.method.createSession, { displayName: 'Anna' });
  const { chat } = await client.call(ChatService.method.createChat, {}, { token });
  return { token, chatId: chat!.id };
}

describe('a start', () => {
  test('logs one line with the port that was free, and serves', async () => {
    const veche = await serve();
    expect(veche.lines).toStrictEqual([
      {
        level: 'info',
        time: expect.any(String),
        host: '127.0.0.1',
        port: veche.port,
        url: `http://127.0.0.1:${veche.port}`,
        version: readVersion(),
        node: process.version,
        storage: 'memory',
        memory: {
          connectionsMib: 1_250,
          arrivingMib: expect.any(Number),
          untakenMib: expect.any(Number),
          availableMib: expect.any(Number),
        },
        msg: 'listening',
      },
    ]);
    expect(await checkHealth(veche.port)).toBe('SERVING');
    await enter(connect(veche.port));
  });

  test('names both ports in its line where gRPC has its own', async () => {
    const veche = await serve(['--grpc-port', '0']);
    const { grpcPort } = await veche.line('listening');
    expect(grpcPort).not.toBe(veche.port);
    await enter(connect(grpcPort as number));
  });

  test('tells a person where to go', async () => {
    const veche = run(['serve', '--port', '0', '--log-format', 'pretty']);
    await veche.printed('Ctrl+C');
    expect(veche.output).toMatch(/INFO.*listening/);
    expect(veche.output).toMatch(/gRPC +127\.0\.0\.1:\d+\n/);
    expect(veche.output).toMatch(/grpcurl -plaintext 127\.0\.0\.1:\d+ list\n/);
  });

  test('on a Node.js that is too old warns, and serves', async () => {
    const preload = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`;
    const veche = await serve([], { preload });
    expect(veche.lines).toMatchObject([
      { level: 'warn', supported: readSupportedNode(), msg: expect.stringContaining('too old') },
      { msg: 'listening' },
    ]);
    await enter(connect(veche.port));
  });

  test('on a port in use fails with exit code 1 and a line that names the setting', async () => {
    const { port } = await serve();
    const second = run(['serve', '--port', String(port)]);
    expect(await second.exitCode).toBe(1);
    expect(second.lines).toStrictEqual([
      {
        level: 'error',
        time: expect.any(String),
        msg: expect.stringMatching(/^cannot start: cannot open port \d+ on 127\.0\.0\.1: .*--port \(VECHE_PORT\)/),
      },
    ]);
  });

  test('with wrong settings fails with exit code 2 and tells all that is wrong', async () => {
    const veche = run(['serve', '--port', '99999', '--prot=1'], {
      env: { VECHE_MAX_USERS: 'many', VECHE_MAX_CHAT: '1' },
    });
    expect(await veche.exitCode).toBe(2);
    expect(veche.output).toBe('');
    for (const name of ['--port', '--prot', 'VECHE_MAX_USERS', 'VECHE_MAX_CHAT;']) expect(veche.errors).toContain(name);
    expect(veche.errors).toMatch(/^veche: 4 problems/);
  });

  test('with a certificate that is of no use fails with exit code 1 and a line that names the setting', async () => {
    const veche = run(['serve', '--port', '0', '--tls-cert', FIRST.certPath, '--tls-key', SECOND.keyPath]);
    expect(await veche.exitCode).toBe(1);
    expect(veche.lines).toMatchObject([{ level: 'error', msg: expect.stringMatching(/^cannot start: .*--tls-key/) }]);
  });
});

describe('told by SIGHUP', () => {
  let folder: CertificateFolder;

  beforeEach(async () => {
    folder = await CertificateFolder.make();
    await folder.put(FIRST);
  });

  afterEach(() => folder.remove());

  test('it shows the certificate that is now in its files to new connections, and keeps the others', async () => {
    const veche = await serve(['--grpc-port', '0', '--tls-cert', folder.certPath, '--tls-key', folder.keyPath]);
    const { grpcPort } = (await veche.line('listening')) as unknown as { readonly grpcPort: number };
    const client = new GrpcClient(`127.0.0.1:${grpcPort}`, Buffer.from(FIRST.cert));
    clients.push(client);
    const { token, chatId } = await enter(client);
    const stream = client.stream(MessageService.method.subscribe, { chatId }, { token });
    expect((await stream.next())?.event.case).toBe('caughtUp');

    await folder.put(SECOND);
    veche.signal('SIGHUP');
    expect(await veche.line('TLS certificate reloaded')).toMatchObject({ expiresAt: '2120-01-01T00:00:00.000Z' });
    for (const port of [veche.port, grpcPort]) expect(await shownCertificate(port)).toBe('second');
    await client.call(MessageService.method.postMessage, { chatId, text: 'still here' }, { token });
    expect((await stream.next())?.event.case).toBe('messages');
    veche.signal('SIGTERM');
    expect(await veche.exitCode).toBe(0);
  });

  test('it keeps its certificate when what it finds is of no use, and says why', async () => {
    const veche = await serve(['--tls-cert', folder.certPath, '--tls-key', folder.keyPath]);
    await copyFile(SECOND.keyPath, folder.keyPath);
    veche.signal('SIGHUP');
    await vi.waitFor(() =>
      expect(veche.lines.at(-1)).toMatchObject({ level: 'error', msg: expect.stringContaining('--tls-key') }),
    );
    expect(await shownCertificate(veche.port)).toBe('first');
    expect(veche.output).not.toContain('PRIVATE KEY');
  });

  test('it goes on as before where it has no certificate', async () => {
    const veche = await serve();
    veche.signal('SIGHUP');
    await veche.line('there is no TLS certificate to read again');
    expect(await enter(connect(veche.port))).toBeDefined();
  });
});

test.each(['json', 'pretty'])('goes on serving when nobody reads its %s lines', async (format) => {
  const port = await freePort();
  const veche = run(['serve', '--port', String(port), '--log-format', format]);
  veche.stopReading();
  await vi.waitFor(async () => expect(await checkHealth(port)).toBe('SERVING'), 10_000);
  await enter(connect(port));
  veche.signal('SIGTERM');
  expect(await veche.exitCode).toBe(0);
});

test.each([
  ['an error', `throw new Error('lost')`],
  ['a rejection', `void Promise.reject(new Error('lost'))`],
])('ends at once with exit code 1 after %s that nobody handles, and says which', async (_what, code) => {
  const veche = await serve([], { preload: `process.on('SIGUSR2', () => { ${code}; })` });
  veche.signal('SIGUSR2');
  expect(await veche.exitCode).toBe(1);
  expect(veche.lines.slice(1)).toMatchObject([
    { level: 'error', msg: 'failed unexpectedly: ending at once', err: { message: 'lost' } },
  ]);
});

describe('told to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s, it ends streams with the place to resume after and exits with 0',
    async (signal) => {
      const veche = await serve();
      const client = connect(veche.port);
      const { token, chatId } = await enter(client);
      await client.call(MessageService.method.postMessage, { chatId, text: 'first' }, { token });
      const stream = client.stream(MessageService.method.subscribe, { chatId, afterSeq: 0n }, { token });
      const events = [await stream.next(), await stream.next()];
      expect(events.map((event) => event?.event.case)).toStrictEqual(['messages', 'caughtUp']);

      veche.signal(signal);
      expect((await stream.rest()).map(({ event }) => event)).toMatchObject([
        { case: 'end', value: { reason: StreamEndReason.SERVER_GOING_AWAY, seq: 1n } },
      ]);
      expect(await veche.exitCode).toBe(0);
      expect(veche.lines.map(({ msg }) => msg)).toStrictEqual(['listening', 'stopping', 'stopped']);
    },
  );

  test('it answers those who wait for something unread with nothing', async () => {
    const veche = await serve();
    const client = connect(veche.port);
    const { token, chatId } = await enter(client);
    const unread = client.call(
      MessageService.method.fetchUnread,
      { chatId, wait: { seconds: 30n, nanos: 0 } },
      { token },
    );
    // A call on the same connection that is answered after it has arrived.
    await client.call(SessionService.method.getSession, {}, { token });
    veche.signal('SIGTERM');
    expect(await unread).toMatchObject({ messages: [], hasMore: false });
    expect(await veche.exitCode).toBe(0);
  });

  test('while it starts, it stops without a word of being open, and exits with 0', async () => {
    const preload = `
      import { Server } from 'node:net';
      const { listen } = Server.prototype;
      Server.prototype.listen = function (...args) {
        const untilToldToStop = setInterval(() => {}, 1_000);
        process.once('SIGTERM', () => {
          clearInterval(untilToldToStop);
          listen.apply(this, args);
        });
        process.kill(process.pid, 'SIGTERM');
      };`;
    const veche = run(['serve', '--port', '0'], { preload });
    expect(await veche.exitCode).toBe(0);
    expect(veche.lines.map(({ msg }) => msg)).toStrictEqual(['stopping', 'stopped']);
  });

  test('it goes on serving for the drain delay, also new connections, but says that it is not ready', async () => {
    const veche = await serve(['--drain-delay', '1h']);
    const client = connect(veche.port);
    const { token, chatId } = await enter(client);
    const stream = client.stream(MessageService.method.subscribe, { chatId }, { token });
    expect((await stream.next())?.event.case).toBe('caughtUp');
    veche.signal('SIGTERM');
    await veche.line('stopping');
    await vi.waitFor(async () => expect(await checkHealth(veche.port)).toBe('NOT_SERVING'), 10_000);
    for (const each of [client, connect(veche.port)]) {
      await each.call(MessageService.method.postMessage, { chatId, text: 'still here' }, { token });
      expect((await stream.next())?.event.case).toBe('messages');
    }
    expect(veche.lines.map(({ msg }) => msg)).toStrictEqual(['listening', 'stopping']);
  });

  test('it exits with 0 after the drain delay', async () => {
    const veche = await serve(['--drain-delay', '10ms']);
    veche.signal('SIGTERM');
    expect(await veche.exitCode).toBe(0);
  });

  test('it does not wait for a reflection stream, nor for a connection on which nothing was begun', async () => {
    const veche = await serve(['--shutdown-grace', '1h']);
    const raw = new RawHttp2(veche.port);
    const question = frame(Buffer.from([0x3a, 0]));
    const stream = raw.begin('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', question);
    await once(stream, 'data');
    // As gRPC clients do.
    stream.once('trailers', () => stream.close());
    // It does not even take its leave when the server does.
    const unbegun = createConnection({ port: veche.port, host: '127.0.0.1', allowHalfOpen: true });
    unbegun.write(PREFACE);
    await once(unbegun, 'data');
    veche.signal('SIGTERM');
    expect(await veche.exitCode).toBe(0);
    unbegun.destroy();
    raw.close();
  });

  test('it cuts a connection that takes nothing before its grace is over', async () => {
    const veche = await serve(['--shutdown-grace', '1s']);
    const client = connect(veche.port);
    const { token, chatId } = await enter(client);
    const stream = await openStuckStream(veche.port, { token, chatId });
    veche.signal('SIGTERM');
    await stream.closed;
    expect(await veche.exitCode).toBe(0);
    expect(veche.lines.map(({ msg }) => msg)).toContain('cutting the connections that have not ended');
  });

  test('it exits with 1 if something could not be finished', async () => {
    const preload = `
      import { Server } from 'node:http';
      Server.prototype.close = () => { throw new Error('stays open'); };`;
    const veche = await serve([], { preload });
    veche.signal('SIGTERM');
    expect(await veche.exitCode).toBe(1);
    expect(veche.lines.slice(2)).toMatchObject([
      { level: 'error', part: 'connections', err: { message: 'stays open' } },
      { msg: 'stopped before everything was finished' },
    ]);
  });

  test.each([
    ['SIGTERM', 'SIGTERM', 143],
    ['SIGTERM', 'SIGINT', 130],
    ['SIGINT', 'SIGINT', 130],
  ] as const)('by %s and again by %s, it ends at once with exit code %d', async (first, second, code) => {
    const veche = await serve(['--drain-delay', '1h']);
    veche.signal(first);
    await veche.line('stopping');
    veche.signal(second);
    expect(await veche.exitCode).toBe(code);
  });
});

test('the log holds no token and no message text, not even at its most detailed', async () => {
  const veche = await serve(['--log-level', 'debug']);
  const client = connect(veche.port);
  const { token, chatId } = await enter(client);
  await client.call(MessageService.method.postMessage, { chatId, text: 'a secret plan' }, { token });
  const refused = client.call(MessageService.method.postMessage, { chatId: 'none', text: 'a secret plan' }, { token });
  await expect(refused).rejects.toThrow('chat_id');
  await client.call(MessageService.method.listMessages, { chatId }, { token });
  veche.signal('SIGTERM');
  expect(await veche.exitCode).toBe(0);
  expect(veche.lines.filter(({ method }) => method !== undefined)).toMatchObject([
    { method: 'CreateSession', code: 'OK' },
    { method: 'CreateChat', code: 'OK' },
    { method: 'PostMessage', code: 'OK' },
    { method: 'PostMessage', code: 'INVALID_ARGUMENT' },
    { method: 'ListMessages', code: 'OK' },
  ]);
  expect(veche.output + veche.errors).not.toMatch(/secret plan/);
  expect(veche.output + veche.errors).not.toContain(token);
});

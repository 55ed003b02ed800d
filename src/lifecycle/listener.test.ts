import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { recordedLog } from '../../tests/support/recorded-log.ts';
import { ConnectionLimits } from './connection-limits.ts';
import { openListener, type Address, type Listener } from './listener.ts';
import type { Timeouts } from './timeouts.ts';

const LONG_MS = 60_000;
/** More than what systems hold of a connection that is not read, on both its ends. */
const LARGE_BODY = Buffer.alloc(32 * 1024 * 1024);
const UNREADABLE = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n';
const http2 = createHttp2Server((request, response) => {
  request.resume().on('end', () => response.end(`HTTP/${request.httpVersion}`));
});

let listener: Listener;
const clients: Socket[] = [];

const answerNothing: RequestListener = (_request, response) => response.writeHead(204).end();

async function open(onRequest = answerNothing, timeouts?: Partial<Timeouts>): Promise<void> {
  listener = await openAt({ host: '127.0.0.1', port: 0 }, onRequest, timeouts);
}

function openAt(address: Address, onRequest: RequestListener, timeouts?: Partial<Timeouts>): Promise<Listener> {
  const served = {
    http1: { onRequest, onUnreadable: () => UNREADABLE },
    onHttp2: (socket: Socket) => void http2.emit('connection', socket),
  };
  const refusals = { 'http/1.1': '', 'http/2': '' };
  const log = recordedLog();
  const connectionLimits = new ConnectionLimits({ maxConnections: 0, maxConnectionsPerAddress: 0 }, log);
  const allRefusals = { refusals, clearRefusals: refusals, crowdedRefusals: refusals };
  return openListener(address, served, { ...allRefusals, connectionLimits, timeouts, log });
}

async function connectClient(): Promise<Socket> {
  const client = connect(listener.address.port, listener.address.host);
  client.on('error', () => {});
  clients.push(client);
  await once(client, 'connect');
  return client;
}

async function httpGet(agent?: Agent): Promise<IncomingMessage> {
  const request = get({ ...listener.address, path: '/', agent });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await listener.close(0);
});

describe('one port', () => {
  test('answers HTTP/1.1', async () => {
    await open();
    const response = await httpGet();
    expect(response.statusCode).toBe(204);
  });

  test('answers a request whose body is larger than what is looked at', async () => {
    await open((request, response) => {
      void text(request).then((body) => response.end(`${body.length}`));
    });
    const { host, port } = listener.address;
    const body = 'x'.repeat(1_000_000);
    const response = await fetch(`http://${host}:${port}`, { method: 'POST', body });
    expect(await response.text()).toBe(`${body.length}`);
  });

  test('hands HTTP/2 on', async () => {
    await open();
    const session = connectHttp2(`http://${listener.address.host}:${listener.address.port}`);
    const request = session.request({ ':path': '/', ':method': 'POST' });
    request.end(Buffer.alloc(200_000));
    expect(await text(request)).toBe('HTTP/2.0');
    session.close();
  });

  test('answers what is no request once the answer before it is over', async () => {
    await open();
    const client = await connectClient();
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(client, 'data');
    client.write('garbage\r\n\r\n');
    expect(await text(client)).toBe(UNREADABLE);
  });

  test('answers a request once, also when the rest of it cannot be read', async () => {
    await open();
    const client = await connectClient();
    client.end('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n{}');
    const answer = await text(client);
    expect(answer).toMatch(/^HTTP\/1.1 204 /);
    expect(answer).not.toContain(UNREADABLE);
  });

  test('writes nothing into an answer that is under way', async () => {
    await open((_request, response) => response.writeHead(200).write('begun'));
    const client = await connectClient();
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const [begun] = (await once(client, 'data')) as [Buffer];
    client.write('garbage\r\n\r\n');
    expect(begun.toString()).toContain('begun');
    expect(await text(client)).toBe('');
  });

  test('writes nothing into an answer that is under way when another is asked for behind it', async () => {
    await open((_request, response) => response.writeHead(200).write('begun'));
    const client = await connectClient();
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(client, 'data');
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\ngarbage\r\n\r\n');
    expect(await text(client)).toBe('');
  });

  test('answers 32 requests at a time on one connection, and cuts who asks for more', async () => {
    let asked = 0;
    const answers: (() => void)[] = [];
    await open((_request, response) => {
      asked++;
      answers.push(() => response.end());
      if (asked === 32) for (const answer of answers.splice(0)) answer();
    });
    const [client, greedy] = [await connectClient(), await connectClient()];
    const request = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
    // As often as one likes, if the answers before have come.
    for (let round = 0; round < 3; round++) {
      asked = 0;
      let received = '';
      client.write(request.repeat(32));
      while (received.split('HTTP/1.1 200').length <= 32) received += String((await once(client, 'data'))[0]);
    }
    asked = 100;
    greedy.write(request.repeat(33));
    expect(await text(greedy)).toBe('');
    expect(asked).toBe(132);
  });

  test('survives garbage, resets and half-open connections', async () => {
    await open();
    const garbage = await connectClient();
    garbage.end('\x16\x03\x01 nonsense\r\n\r\n', 'latin1');
    const half = await connectClient();
    half.end('GET / HTTP/1.1\r\nHost: ');
    const broken = await connectClient();
    broken.end('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthese are no frames');
    await Promise.all([garbage, half, broken].map((client) => once(client.resume(), 'close')));
    const reset = await connectClient();
    reset.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    reset.resetAndDestroy();
    expect((await httpGet()).statusCode).toBe(204);
  });

  test('does not wait for who takes nothing of an answer', async () => {
    const answered = Promise.withResolvers<ServerResponse>();
    await open((_request, response) => answered.resolve(response.end(LARGE_BODY)), { stalledMs: 50 });
    const client = await connectClient();
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const response = await answered.promise;
    await once(response, 'close');
    expect(response.writableFinished).toBe(false);
  });

  test('cannot be opened twice', async () => {
    await open();
    await expect(openAt(listener.address, answerNothing)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('a connection', () => {
  const AGE_MS = 60_000;
  let agent: Agent;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  });

  afterEach(() => {
    agent.destroy();
    vi.useRealTimers();
  });

  /** What an answer says of its connection. */
  async function said(): Promise<string | undefined> {
    const response = await httpGet(agent);
    response.resume();
    await once(response, 'end');
    return response.headers.connection;
  }

  test('is told to go with its next answer when it is as old as it may become, and the next takes its place', async () => {
    await open(answerNothing, { maxAgeMs: AGE_MS });
    expect(await said()).toBe('keep-alive');
    vi.advanceTimersByTime(0.9 * AGE_MS - 1_000);
    expect(await said()).toBe('keep-alive');
    vi.advanceTimersByTime(0.2 * AGE_MS + 1_000);
    expect(await said()).toBe('close');
    expect(await said()).toBe('keep-alive');
  });

  test('may become as old as it likes', async () => {
    await open();
    expect(await said()).toBe('keep-alive');
    vi.advanceTimersByTime(1_000 * AGE_MS);
    expect(await said()).toBe('keep-alive');
  });

  test('is told to go with its next answer once the server winds down, which still takes new ones', async () => {
    await open();
    expect(await said()).toBe('keep-alive');
    listener.windDown();
    expect(await said()).toBe('close');
    expect(await said()).toBe('close');
  });
});

describe('closing', () => {
  test('answers what has come in by then', async () => {
    await open();
    const client = await connectClient();
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(client, 'data');
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const closed = listener.close(LONG_MS);
    expect(await text(client)).toMatch(/^HTTP\/1.1 204 .*Connection: close/s);
    await closed;
  });

  test('answers what was said on a connection that had just been opened', async () => {
    await open();
    const client = await connectClient();
    // What was opened later is served: so it has been accepted.
    await httpGet(new Agent());
    const closed = listener.close(LONG_MS, LONG_MS);
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    expect(await text(client)).toMatch(/^HTTP\/1.1 204 .*Connection: close/s);
    await closed;
  });

  test('answers what is asked on idle connections while it is patient', async () => {
    await open();
    const clients = [await connectClient(), await connectClient()];
    for (const client of clients) {
      client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
      await once(client, 'data');
    }
    const closed = listener.close(LONG_MS, LONG_MS);
    // One after the other: that one has had its answer must not end the other.
    for (const client of clients) {
      client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
      expect(await text(client)).toMatch(/^HTTP\/1.1 204 .*Connection: close/s);
    }
    await closed;
  });

  test('is not patient for longer than it was told to be', async () => {
    await open();
    const agent = new Agent({ keepAlive: true });
    (await httpGet(agent)).resume();
    await connectClient();
    await expect(listener.close(LONG_MS, 10)).resolves.toBeUndefined();
    agent.destroy();
  });

  test('takes in the connections that wait at the port, and answers them', async () => {
    await open();
    const requests = Array.from({ length: 50 }, () => httpGet(new Agent()));
    // They are on their way to the system, and this process has been told of none.
    const closed = listener.close(LONG_MS, LONG_MS);
    const answers = await Promise.all(requests);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(50).fill(204));
    await closed;
  });

  test('ends connections that have nothing under way', async () => {
    await open();
    const agent = new Agent({ keepAlive: true });
    (await httpGet(agent)).resume();
    await connectClient();
    await listener.close(LONG_MS);
    agent.destroy();
    await expect(httpGet()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('ends connections with half of a request header', async () => {
    await open((_request, response) => response.end());
    const client = await connectClient();
    client.write('GET / HTTP/1.1\r\nHost: veche\r\n\r\nGET / HTTP/1.1\r\nHost: ');
    await once(client, 'data');
    await expect(listener.close(LONG_MS)).resolves.toBeUndefined();
  });

  test('lets an answer arrive that its reader takes slowly', async () => {
    const answered = Promise.withResolvers<void>();
    await open((_request, response) => {
      response.end(LARGE_BODY);
      answered.resolve();
    });
    const client = await connectClient();
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await answered.promise;
    const closed = listener.close(LONG_MS);
    expect((await buffer(client)).length).toBeGreaterThan(LARGE_BODY.length);
    await closed;
  });

  test('lets a running request finish, and says that nothing more is answered', async () => {
    const asked = Promise.withResolvers<() => void>();
    await open((_request, response) => asked.resolve(() => response.end('finished')));
    const response = httpGet(new Agent({ keepAlive: true }));
    const answer = await asked.promise;
    const closed = listener.close(LONG_MS);
    answer();
    expect((await response).headers.connection).toBe('close');
    expect(await text(await response)).toBe('finished');
    await closed;
  });

  test('says the same to a request that comes in behind a running one', async () => {
    const running = Promise.withResolvers<ServerResponse>();
    const behind = Promise.withResolvers<void>();
    await open((request, response) => {
      if (request.url === '/behind') {
        response.end('behind');
        behind.resolve();
      } else {
        response.flushHeaders();
        running.resolve(response);
      }
    });
    const client = await connectClient();
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const response = await running.promise;
    const closed = listener.close(LONG_MS);
    client.write('GET /behind HTTP/1.1\r\nhost: a\r\n\r\n');
    await behind.promise;
    response.end('finished');
    expect(await text(client)).toMatch(/keep-alive.*finished.*Connection: close.*behind/s);
    await closed;
  });

  test('cuts what is still under way when the grace is over', async () => {
    const asked = Promise.withResolvers<void>();
    await open(() => asked.resolve());
    const outcome = httpGet().catch((error: unknown) => error);
    await asked.promise;
    await listener.close(10);
    expect(await outcome).toMatchObject({ code: 'ECONNRESET' });
  });
});

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recogniseProtocol } from './first-bytes.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const LONG_MS = 60_000;

let server: Server;
let client: Socket;
let accepted: Socket;

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connection = once(server, 'connection');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => {});
  [accepted] = (await connection) as [Socket];
  accepted.on('error', () => {});
});

afterEach(async () => {
  client.destroy();
  accepted.destroy();
  server.close();
  await once(server, 'close');
});

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** What is recognised, and everything that can still be read from the connection once the client has ended it. */
async function recognised(): Promise<{ protocol: string; bytes: string }> {
  const protocol = await new Promise<string>((resolve) => recogniseProtocol(accepted, LONG_MS, resolve));
  const chunks = (await accepted.toArray()) as Buffer[];
  return { protocol, bytes: Buffer.concat(chunks).toString('latin1') };
}

describe('the first bytes', () => {
  test('tell HTTP/2, and are not lost', async () => {
    client.end(`${PREFACE}and more`);
    expect(await recognised()).toStrictEqual({ protocol: 'http/2', bytes: `${PREFACE}and more` });
  });

  test.each(['GET / HTTP/1.1\r\n\r\n', 'PRINT / HTTP/1.1\r\n\r\n', 'PRI * HTTP/1.1\r\n\r\n', '\x16\x03\x01\x00', '\0'])(
    'tell everything else, which is left to HTTP/1.1: %j',
    async (bytes) => {
      client.end(bytes, 'latin1');
      expect(await recognised()).toStrictEqual({ protocol: 'http/1.1', bytes });
    },
  );

  test.each([PREFACE, 'PRI * HTTP/2.0\r\n\r\nno'])('may come one by one: %j', async (bytes) => {
    const result = recognised();
    client.setNoDelay(true);
    for (const byte of bytes) {
      client.write(byte);
      await setImmediate();
    }
    client.end();
    expect(await result).toStrictEqual({ protocol: bytes === PREFACE ? 'http/2' : 'http/1.1', bytes });
  });
});

describe('a connection is destroyed', () => {
  test.each(['', 'PRI * HT'])('when it stays silent after %j', async (bytes) => {
    client.write(bytes);
    recogniseProtocol(accepted, 10, () => expect.unreachable());
    await closed(accepted);
  });

  test.each(['', 'PRI * HT'])('when it ends after %j', async (bytes) => {
    recogniseProtocol(accepted, LONG_MS, () => expect.unreachable());
    client.end(bytes);
    await closed(accepted);
  });

  test('when it is reset', async () => {
    recogniseProtocol(accepted, LONG_MS, () => expect.unreachable());
    client.resetAndDestroy();
    await closed(accepted);
  });
});

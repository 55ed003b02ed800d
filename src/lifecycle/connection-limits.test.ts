import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordedLog } from '../../tests/support/recorded-log.ts';
import { ConnectionLimits } from './connection-limits.ts';

const BALANCER = '127.0.0.9';
const server = createServer();
const sockets: Socket[] = [];

beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await once(server.close(), 'close');
});

/** The server's end of a new connection. */
async function accepted(localAddress = '127.0.0.1'): Promise<Socket> {
  const { port } = server.address() as AddressInfo;
  const arriving = once(server, 'connection') as Promise<[Socket]>;
  sockets.push(connect({ port, host: '127.0.0.1', localAddress }));
  const [socket] = await arriving;
  sockets.push(socket.resume());
  return socket;
}

test('an exempt address is bounded by all connections only', async () => {
  const bounds = {
    maxConnections: 3,
    maxConnectionsPerAddress: 1,
    isExempt: (address: string) => address === BALANCER,
  };
  const limits = new ConnectionLimits(bounds, recordedLog());
  expect(limits.admit(await accepted())).toBe(true);
  expect(limits.admit(await accepted())).toBe(false);
  expect(limits.admit(await accepted(BALANCER))).toBe(true);
  expect(limits.admit(await accepted(BALANCER))).toBe(true);
  expect(limits.admit(await accepted(BALANCER))).toBe(false);
});

test('0 is no limit', async () => {
  const limits = new ConnectionLimits({ maxConnections: 0, maxConnectionsPerAddress: 0 }, recordedLog());
  for (let count = 0; count < 20; count++) expect(limits.admit(await accepted())).toBe(true);
});

test('only the places of admitted connections are given back', async () => {
  const limits = new ConnectionLimits({ maxConnections: 0, maxConnectionsPerAddress: 1 }, recordedLog());
  const [admitted, refused] = [await accepted(), await accepted()];
  expect([limits.admit(admitted), limits.admit(refused)]).toEqual([true, false]);
  await once(refused.destroy(), 'close');
  expect(limits.admit(await accepted())).toBe(false);
  await once(admitted.destroy(), 'close');
  expect(limits.admit(await accepted())).toBe(true);
});

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { farewell } from './farewell.ts';

/** Longer than a farewell. */
const LONG_MS = 60_000;

let server: Server;
let ours: Socket;
let theirs: Socket;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  theirs = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  [ours] = (await once(server, 'connection')) as [Socket];
  ours.on('error', () => {});
});

afterEach(() => {
  vi.useRealTimers();
  theirs.destroy();
  ours.destroy();
  server.close();
});

test('the last words are heard, and the connection is closed once the other side has said all it had to say', async () => {
  theirs.write('more than is listened to');
  farewell(ours, 'goodbye');
  const [words] = (await once(theirs, 'data')) as [Buffer];
  expect(words.toString()).toBe('goodbye');
  theirs.end('and more');
  await once(ours, 'close');
  expect(vi.getTimerCount()).toBe(0);
});

test('the connection is cut when the other side does not close it', async () => {
  farewell(ours, 'goodbye');
  await once(theirs.resume(), 'end');
  expect(ours.destroyed).toBe(false);
  vi.advanceTimersByTime(LONG_MS);
  expect(ours.destroyed).toBe(true);
});

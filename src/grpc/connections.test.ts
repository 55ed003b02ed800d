import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Connections } from './connections.ts';
import { FAREWELL_MS } from './server-options.ts';

/** Longer than any test. */
const NEVER_MS = 2 ** 31 - 1;

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => {
  server.close();
});

/** Both ends of a new connection. */
async function openConnection(): Promise<{ readonly ours: Socket; readonly theirs: Socket }> {
  const theirs = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [ours] = (await once(server, 'connection')) as [Socket];
  ours.resume();
  return { ours, theirs };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('connections', () => {
  test('are all closed when there are none', async () => {
    const connections = new Connections(NEVER_MS);
    await expect(connections.close(NEVER_MS)).resolves.toBeUndefined();
  });

  test('are waited for', async () => {
    const connections = new Connections(NEVER_MS);
    const { ours, theirs } = await openConnection();
    connections.add(ours);
    const closed = connections.close(NEVER_MS);
    theirs.end();
    await closed;
    expect(ours.destroyed).toBe(true);
  });

  test('are cut when the grace is over', async () => {
    const connections = new Connections(NEVER_MS);
    const { ours, theirs } = await openConnection();
    connections.add(ours);
    await Promise.all([connections.close(1), once(theirs.resume(), 'end')]);
    expect(ours.destroyed).toBe(true);
  });

  test('are cut when the other side has fallen silent, and only those', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const connections = new Connections(60_000);
    const silent = await openConnection();
    const speaking = await openConnection();
    connections.add(silent.ours);
    connections.add(speaking.ours);
    speaking.theirs.write('x');
    await once(speaking.ours, 'data');
    vi.advanceTimersByTime(60_000);
    expect(silent.ours.destroyed).toBe(true);
    expect(speaking.ours.destroyed).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect(speaking.ours.destroyed).toBe(true);
    await connections.close(NEVER_MS);
  });

  test('that were ended on this side are cut soon at the end, when the other side has had time to see it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const connections = new Connections(NEVER_MS);
    const { ours } = await openConnection();
    connections.add(ours);
    const closed = connections.close(NEVER_MS);
    vi.advanceTimersByTime(10 * FAREWELL_MS);
    expect(ours.destroyed).toBe(false);
    await once(ours.end(), 'finish');
    vi.advanceTimersByTime(FAREWELL_MS);
    expect(ours.destroyed).toBe(false);
    vi.advanceTimersByTime(FAREWELL_MS);
    expect(ours.destroyed).toBe(true);
    await closed;
  });

  test('that were ended on this side are not cut while the other side has something to say', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const connections = new Connections(NEVER_MS);
    const { ours, theirs } = await openConnection();
    connections.add(ours);
    const closed = connections.close(NEVER_MS);
    await once(ours.end(), 'finish');
    for (let count = 0; count < 5; count++) {
      theirs.write('x');
      await once(ours, 'data');
      vi.advanceTimersByTime(FAREWELL_MS);
      expect(ours.destroyed).toBe(false);
    }
    theirs.end();
    await closed;
  });
});

/** Redis for tests: the one named by TEST_REDIS_URL, or a server of their own; alone or as a cluster of three. */

import { createClient } from 'redis';
import { freePorts } from './free-ports.ts';
import { GuardedFolder } from './guarded-folder.ts';
import { redisServerProgram } from './programs.ts';
import { TemporaryServer } from './temporary-server.ts';

/** A running Redis. */
export interface TestRedis {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** One server of a test's own. */
export interface RedisNode {
  readonly port: number;
  readonly server: TemporaryServer;
}

const NODES = 3;
const SLOTS = 16_384;

/** Redis as the machine of the tests offers it. */
export async function startRedis(): Promise<TestRedis> {
  const given = process.env['TEST_REDIS_URL'];
  return given === undefined || given === '' ? startOwnRedis() : { url: given, close: async () => {} };
}

/** A server of the test's own, which it may kill. @param options as on its command line. */
export async function startOwnRedis(options: Readonly<Record<string, string>> = {}): Promise<TestRedis & RedisNode> {
  const [port = 0] = await freePorts(1);
  const server = await startNode(port, options);
  return { url: `redis://127.0.0.1:${port}`, port, server, close: () => server.remove() };
}

/**
 * Three servers that share the slots, which the test may kill or freeze.
 * @param options as on their command lines. @param ofNode the same for one of them, by its place.
 */
export async function startRedisCluster(
  options: Readonly<Record<string, string>> = {},
  ofNode: (node: number) => Readonly<Record<string, string>> = () => ({}),
): Promise<TestRedis & { readonly nodes: readonly RedisNode[] }> {
  const ports = await freePorts(2 * NODES);
  const nodes = ports.slice(0, NODES);
  const servers = await Promise.all(
    nodes.map((port, index) =>
      startNode(port, {
        'cluster-enabled': 'yes',
        'cluster-port': String(ports[NODES + index]),
        ...options,
        ...ofNode(index),
      }),
    ),
  );
  await Promise.all(nodes.map((port, index) => ask(port, ['CLUSTER', 'ADDSLOTSRANGE', ...slotsOf(index)])));
  const [first = 0, ...others] = nodes;
  for (const [index, port] of others.entries()) {
    await ask(first, ['CLUSTER', 'MEET', '127.0.0.1', String(port), String(ports[NODES + 1 + index])]);
  }
  for (const port of nodes) {
    while (!String(await ask(port, ['CLUSTER', 'INFO'])).includes('cluster_state:ok')) await pause();
    while (String(await ask(port, ['CLUSTER', 'SLOTS'])).split('127.0.0.1').length <= NODES) await pause();
  }
  return {
    url: nodes.map((port) => `redis://127.0.0.1:${port}`).join(','),
    nodes: nodes.map((port, index) => ({ port, server: servers[index]! })),
    close: async () => {
      await Promise.all(servers.map((server) => server.remove()));
    },
  };
}

async function startNode(port: number, options: Readonly<Record<string, string>>): Promise<TemporaryServer> {
  const folder = new GuardedFolder('KILL');
  const flags = { bind: '127.0.0.1', port: String(port), dir: folder.path, save: '', ...options };
  const server = new TemporaryServer(
    {
      command: redisServerProgram(),
      args: Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      probe: async () => {
        await ask(port, ['PING'], options['requirepass']);
      },
      endSignal: 'SIGKILL',
    },
    folder,
  );
  await server.start();
  return server;
}

function slotsOf(node: number): string[] {
  return [Math.floor((SLOTS * node) / NODES), Math.floor((SLOTS * (node + 1)) / NODES) - 1].map(String);
}

async function ask(port: number, command: readonly string[], password?: string): Promise<unknown> {
  const client = createClient({
    url: `redis://127.0.0.1:${port}`,
    ...(password !== undefined && { password }),
    socket: { reconnectStrategy: false },
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.sendCommand([...command]);
  } finally {
    client.destroy();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

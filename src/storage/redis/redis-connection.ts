/** A connection to Redis, standalone or a cluster: commands by key, and channels. The only place that knows the driver. */

import { createClient, createCluster, type RedisClientOptions } from 'redis';
import type { StorageLog } from '../storage-log.ts';
import { type BeatingClient, startHeartbeat } from './heartbeat.ts';
import { ShardChannels } from './shard-channels.ts';
import type { RedisTls } from './tls-files.ts';

/** What a server answers: text, number, nothing, or a list of these. */
export type Reply = string | number | null | readonly Reply[];

/** What the storage needs of Redis. Failures are the driver's own. Commands issued in one turn travel together. */
export interface RedisConnection {
  /** Runs a command where the key lives. It is sent once: when the connection breaks off, its outcome is unknown. */
  send(key: string, command: string[]): Promise<Reply>;
  /** Runs a command on every server that holds data. */
  sendToAll(command: string[]): Promise<readonly Reply[]>;
  /** Listens on a channel whose tag is that of the keys it is about. */
  subscribe(channel: string, onMessage: () => void): Promise<void>;
  unsubscribe(channel: string, onMessage: () => void): Promise<void>;
  /** Calls a listener after every break in which messages, or what is not kept over a restart, may have been lost. */
  onResume(listener: () => void): void;
  /** Lets go of the connection, and of what is on its way. */
  close(): void;
}

const CONNECT_TIMEOUT_MS = 3_000;
/** A connection on which nothing at all happens for so long, not even the heartbeat, is broken. */
const SOCKET_TIMEOUT_MS = 5_000;
/** More than that is not waiting but overload. */
const MAX_QUEUED_COMMANDS = 100_000;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;

/** The driver's own limit costs a timer for each command; operations have theirs. */
const COMMAND_OPTIONS = { timeout: 0 };

/** Nothing is kept for later or sent again: an operation that is not idempotent would be done twice. */
function optionsFor(isOpen: () => boolean) {
  return {
    commandOptions: COMMAND_OPTIONS,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_QUEUED_COMMANDS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      reconnectStrategy: (retries: number) =>
        isOpen() && Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** retries) * (0.5 + Math.random() / 2),
    },
  } satisfies RedisClientOptions;
}

/** Never connected. The driver makes a class for each new kind of client, which takes long: all of one kind are copies of this one. */
const template = createClient();

/** Connects to one server. @throws the driver's error */
export async function connectStandalone(url: string, log: StorageLog, tls: RedisTls = {}): Promise<RedisConnection> {
  let isOpen = false;
  const listeners: (() => void)[] = [];
  const { socket, ...options } = optionsFor(() => isOpen);
  const commands = template.duplicate({ url, ...options, socket: { ...socket, ...encryptionOf(url, tls) } });
  const channels = commands.duplicate();
  for (const client of [commands, channels]) client.on('error', logOnce(log, client));
  try {
    await Promise.all([commands.connect(), channels.connect()]);
  } catch (error) {
    for (const client of [commands, channels]) if (client.isOpen) client.destroy();
    throw error;
  }
  isOpen = true;
  for (const client of [commands, channels]) {
    client.on('ready', () => {
      for (const listener of listeners) listener();
    });
  }
  const stopHeartbeat = startHeartbeat(() => [commands, channels]);
  return {
    send: (_key, command) => commands.sendCommand(command),
    sendToAll: async (command) => [await commands.sendCommand(command)],
    subscribe: (channel, onMessage) => channels.sSubscribe(channel, onMessage),
    unsubscribe: (channel, onMessage) => channels.sUnsubscribe(channel, onMessage),
    onResume: (listener) => listeners.push(listener),
    close() {
      stopHeartbeat();
      for (const client of [commands, channels]) if (client.isOpen) client.destroy();
    },
  };
}

/** Connects to a cluster, of which some nodes are known. @throws the driver's error */
export async function connectCluster(
  urls: readonly string[],
  log: StorageLog,
  tls: RedisTls,
): Promise<RedisConnection> {
  let isOpen = false;
  const listeners: (() => void)[] = [];
  const { socket, ...options } = optionsFor(() => isOpen);
  const defaults = { ...options, ...credentialsOf(urls[0]!), socket: { ...socket, ...encryptionOf(urls[0]!, tls) } };
  // A cluster gives its own options along with every command, whatever its nodes have.
  const cluster = createCluster({
    rootNodes: urls.map((url) => ({ url })),
    defaults,
    commandOptions: COMMAND_OPTIONS,
  });
  cluster.on('error', (error: unknown) => log.warn({ err: error }, 'the Redis cluster has a problem'));
  cluster.on('node-error', (error: unknown) => log.warn({ err: error }, 'a node of the Redis cluster has a problem'));
  await cluster.connect();
  isOpen = true;
  cluster.on('node-ready', () => {
    for (const listener of listeners) listener();
  });

  const channelClients = new Set<BeatingClient>();
  const channels = new ShardChannels({
    async addressOf(channel) {
      // Also has the driver learn of slots that have moved.
      await cluster.sendCommand(channel, false, ['EXISTS', channel]);
      const client = await cluster.getNodeClientForKey(channel, false);
      const node = cluster.masters.find((master) => master.client === client);
      if (node === undefined) throw new Error('the cluster has changed meanwhile');
      return node.address;
    },
    async connect(address, onLost) {
      const node = cluster.masters.find((master) => master.address === address);
      if (node === undefined) throw new Error('the cluster has changed meanwhile');
      const { host, port } = node;
      const client = template.duplicate({
        ...defaults,
        socket: { ...defaults.socket, host, port, reconnectStrategy: false },
      });
      const beating: BeatingClient = {
        get isReady() {
          return client.isReady;
        },
        ping: () => client.ping(),
        destroy: () => client.destroy(),
        // Not as it was: another takes its place.
        connect: async () => lose(),
      };
      function lose(): void {
        channelClients.delete(beating);
        onLost();
      }
      client.on('error', (error: unknown) => {
        log.warn({ err: error }, 'a node of the Redis cluster cannot be listened to');
        lose();
      });
      client.on('sharded-channel-moved', (channel: string) => onLost(channel));
      await client.connect();
      channelClients.add(beating);
      return client;
    },
  });

  const stopHeartbeat = startHeartbeat(function* () {
    for (const { client } of cluster.masters) if (client !== undefined) yield client;
    yield* channelClients;
  });
  return {
    send: (key, command) => cluster.sendCommand(key, false, command),
    sendToAll: (command) =>
      Promise.all(cluster.masters.map(async (node) => (await cluster.nodeClient(node)).sendCommand<Reply>(command))),
    subscribe: (channel, onMessage) => channels.subscribe(channel, onMessage),
    unsubscribe: (channel) => channels.unsubscribe(channel),
    onResume: (listener) => listeners.push(listener),
    close() {
      stopHeartbeat();
      channels.close();
      cluster.destroy();
    },
  };
}

/** What every node needs, of which only the first addresses are known in advance. */
function credentialsOf(url: string): Pick<RedisClientOptions, 'username' | 'password'> {
  const { username, password } = new URL(url);
  return {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
  };
}

function encryptionOf(url: string, tls: RedisTls): RedisTls & { readonly tls?: true } {
  return new URL(url).protocol === 'rediss:' ? { tls: true, ...tls } : {};
}

/** Logs the first failure of each break. */
function logOnce(log: StorageLog, client: { on(event: 'ready', listener: () => void): unknown }) {
  let isBroken = false;
  client.on('ready', () => {
    if (isBroken) log.info({}, 'connected to Redis again');
    isBroken = false;
  });
  return (error: unknown): void => {
    if (!isBroken) log.warn({ err: error }, 'the connection to Redis is broken');
    isBroken = true;
  };
}

/** Opens the storage in Redis: reaches it, makes sure that it will do, finds or founds the data. */

import { randomBytes } from 'node:crypto';

import type { StorageLog } from '../storage-log.ts';
import type { StorageTracer } from '../storage-tracer.ts';
import { type Storage, UnusableStorageError } from '../storage.ts';
import { openingFailureOf } from './failures.ts';
import { Keys } from './keys.ts';
import { Steps } from './operations.ts';
import { connectCluster, connectStandalone, type RedisConnection, type Reply } from './redis-connection.ts';
import { RedisStorage } from './redis-storage.ts';
import { listOf, textOf } from './replies.ts';
import { checkInfo, DURABILITY_MEANINGS, durabilityOf, isClusterNode, readInfo } from './server-info.ts';
import { readRedisTls, type RedisTls, type RedisTlsFiles } from './tls-files.ts';

/** The version of what is stored. Whoever finds another does not touch it. */
const LAYOUT = '1';
const PAGE_TOKEN_KEY_BYTES = 32;

/** Where the data are. */
export interface RedisStorageOptions {
  /** redis:// or rediss:// URLs; several are the nodes of one cluster (a single node that says cluster_enabled:1 is used as a cluster, too). */
  readonly urls: readonly string[];
  /** Begins every key: several Veches can share one Redis. */
  readonly prefix: string;
  /** Starts although the eviction policy may lose chats. */
  readonly allowEviction: boolean;
  /** For rediss:// URLs. */
  readonly tls?: RedisTlsFiles | undefined;
  readonly log: StorageLog;
  readonly tracer?: StorageTracer | undefined;
}

/**
 * A handle on the data in Redis.
 * @throws StorageUnavailableError if it does not answer; UnusableStorageError if it answers and will not do
 */
export async function openRedisStorage(options: RedisStorageOptions): Promise<Storage> {
  checkPrefix(options.prefix);
  checkUrls(options.urls);
  try {
    const connection = await connect(options);
    try {
      await checkServers(connection, options);
      return await openData(connection, options);
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    throw openingFailureOf(error);
  }
}

/** A handle on the data under a prefix, by a connection to servers that will do. @throws like `openRedisStorage` */
export async function openData(
  connection: RedisConnection,
  { prefix, tracer }: Pick<RedisStorageOptions, 'prefix' | 'tracer'>,
): Promise<Storage> {
  const keys = new Keys(prefix);
  const ownKey = randomBytes(PAGE_TOKEN_KEY_BYTES).toString('hex');
  const steps = new Steps(connection, keys);
  const [kind, found, pageTokenKey] = listOf(
    await steps.run('open-data', '', { layout: LAYOUT, pageTokenKey: ownKey }),
  );
  if (kind === 'foreign') {
    throw new UnusableStorageError(
      `Redis holds data under the prefix ${prefix} that are not Veche's: ${textOf(found)}. Choose another prefix`,
    );
  }
  if (found !== LAYOUT) {
    throw new UnusableStorageError(
      `Redis holds data under the prefix ${prefix} in layout ${textOf(found)}; this version of Veche knows layout ${LAYOUT} only`,
    );
  }
  const data = { layout: LAYOUT, pageTokenKey: Buffer.from(textOf(pageTokenKey), 'hex') };
  return new RedisStorage(connection, keys, data, tracer);
}

function checkPrefix(prefix: string): void {
  if (/[{}]/.test(prefix))
    throw new UnusableStorageError('the prefix of keys must not have braces: Redis gives them a meaning');
}

function checkUrls(urls: readonly string[]): void {
  const areRight = urls.length > 0 && urls.every((url) => /^rediss?:$/.test(URL.parse(url)?.protocol ?? ''));
  // Not shown: it may hold a password.
  if (!areRight) throw new UnusableStorageError('an address of Redis must begin with redis:// or rediss://');
}

async function connect({ urls, tls: files = {}, log }: RedisStorageOptions): Promise<RedisConnection> {
  const tls = await readRedisTls(files);
  const first = await firstReachable(urls, log, tls);
  const info = readInfo(textOf(await onlyReply(first, ['INFO'])));
  if (!isClusterNode(info) && urls.length === 1) return first;
  first.close();
  if (isClusterNode(info)) return connectCluster(urls, log, tls);
  throw new UnusableStorageError(
    'several addresses of Redis are those of one cluster, but the first that answers is not in a cluster',
  );
}

/** Any node will do: each knows the others. */
async function firstReachable(urls: readonly string[], log: StorageLog, tls: RedisTls): Promise<RedisConnection> {
  let failure: unknown;
  for (const url of urls) {
    try {
      return await connectStandalone(url, log, tls);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function checkServers(connection: RedisConnection, options: RedisStorageOptions): Promise<void> {
  const infos = (await connection.sendToAll(['INFO'])).map((reply) => readInfo(textOf(reply)));
  for (const info of infos) checkInfo(info, options);
  const [info] = infos;
  if (info === undefined) return;
  const config = {
    appendfsync: await readConfig(connection, 'appendfsync'),
    save: await readConfig(connection, 'save'),
  };
  const durability = durabilityOf(info, config);
  const facts = { durability, version: info.get('redis_version'), servers: infos.length };
  options.log.info(facts, DURABILITY_MEANINGS[durability]);
}

/** A setting of the server; undefined where it may not be asked. */
async function readConfig(connection: RedisConnection, name: string): Promise<string | undefined> {
  try {
    const reply: unknown = await onlyReply(connection, ['CONFIG', 'GET', name]);
    const value: unknown = Array.isArray(reply) ? reply[1] : (reply as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

async function onlyReply(connection: RedisConnection, command: string[]): Promise<Reply> {
  return (await connection.sendToAll(command))[0] ?? null;
}

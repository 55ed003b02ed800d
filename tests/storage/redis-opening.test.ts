/** What the Redis storage finds when it is opened: servers that will do, servers that will not, data of others. */

import { randomUUID } from 'node:crypto';

import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openRedisStorage } from '../../src/storage/redis/open-redis-storage.ts';
import { type Storage, StorageUnavailableError, UnusableStorageError } from '../../src/storage/storage.ts';
import { type RecordedLog, recordedLog } from '../support/recorded-log.ts';
import { startOwnRedis, startRedisCluster, type TestRedis } from '../support/servers/redis-server.ts';
import { freePorts } from '../support/servers/free-ports.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startOwnRedis({ requirepass: 'correct horse' });
});
afterAll(() => redis.close());

const right = (): string => redis.url.replace('//', '//:correct%20horse@');

interface Options {
  readonly urls?: readonly string[];
  readonly prefix?: string;
  readonly allowEviction?: boolean;
  readonly log?: RecordedLog;
}

function open(options: Options): Promise<Storage> {
  return openRedisStorage({
    urls: [right()],
    prefix: randomUUID(),
    allowEviction: false,
    log: recordedLog(),
    ...options,
  });
}

/** Changes a setting or data behind the storage's back. */
async function meddle(...commands: readonly string[][]): Promise<void> {
  const client = createClient({ url: right() });
  client.on('error', () => {});
  await client.connect();
  for (const command of commands) await client.sendCommand(command);
  client.destroy();
}

describe('opening the Redis storage', () => {
  test('fails as unavailable where nobody listens', async () => {
    const [port = 0] = await freePorts(1);
    await expect(open({ urls: [`redis://127.0.0.1:${port}`] })).rejects.toThrow(StorageUnavailableError);
  });

  test.each([
    ['a wrong password', () => redis.url.replace('//', '//:wrong@')],
    ['no password where one is needed', () => redis.url],
    ['an unknown user', () => redis.url.replace('//', '//nobody:wrong@')],
  ])('refuses %s, and does not tell it', async (_name, url) => {
    const opening = open({ urls: [url()] });
    await expect(opening).rejects.toThrow(UnusableStorageError);
    await expect(opening).rejects.toThrow(/user name and password/);
    await expect(opening).rejects.not.toThrow(/wrong/);
  });

  test('refuses a policy that deletes chats, unless it is allowed', async () => {
    await meddle(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru']);
    await expect(open({})).rejects.toThrow(/maxmemory-policy is allkeys-lru/);
    await expect(open({})).rejects.toThrow(UnusableStorageError);
    await (await open({ allowEviction: true })).close();
    await meddle(['CONFIG', 'SET', 'maxmemory-policy', 'noeviction']);
    await (await open({})).close();
  });

  test.each([
    ['a key of another kind', (key: string) => ['SET', `${key}:meta`, 'something else']],
    ['a record that Veche did not write', (key: string) => ['HSET', `${key}:meta`, 'color', 'green']],
    ['data without their record', (key: string) => ['ZADD', `${key}:chats`, '1', 'somebody']],
  ])('refuses %s under its prefix', async (_name, command) => {
    const prefix = randomUUID();
    await meddle(command(`${prefix}:{server}`));
    await expect(open({ prefix })).rejects.toThrow(UnusableStorageError);
    await expect(open({ prefix })).rejects.toThrow(`under the prefix ${prefix}`);
  });

  test('refuses data in a layout that it does not know, and leaves them', async () => {
    const prefix = randomUUID();
    await (await open({ prefix })).close();
    await meddle(['HSET', `${prefix}:{server}:meta`, 'layout', '2']);
    await expect(open({ prefix })).rejects.toThrow(/in layout 2; this version of Veche knows layout 1 only/);
    await meddle(['HSET', `${prefix}:{server}:meta`, 'layout', '1']);
    await (await open({ prefix })).close();
  });

  test('refuses a prefix that would change the slots of keys', async () => {
    await expect(open({ prefix: 'a{b}' })).rejects.toThrow(/braces/);
  });

  test.each(['', 'localhost:6379', 'http://localhost:6379', 'redis//x'])('refuses "%s" as an address', async (url) => {
    await expect(open({ urls: [url] })).rejects.toThrow(UnusableStorageError);
  });

  test('refuses several addresses that are no cluster', async () => {
    await expect(open({ urls: [right(), right()] })).rejects.toThrow(/not in a cluster/);
  });

  test('of many that open empty data at once all get one key for page tokens', async () => {
    const prefix = randomUUID();
    const storages = await Promise.all(Array.from({ length: 5 }, () => open({ prefix })));
    const keys = new Set(storages.map(({ pageTokenKey }) => Buffer.from(pageTokenKey).toString('hex')));
    expect(keys.size).toBe(1);
    for (const storage of storages) await storage.close();
  });

  test.each([
    ['no', '', /keeps nothing over a restart/, 'none'],
    ['no', '3600 1', /writes to disk now and then/, 'snapshots'],
    ['yes', '', /about the last second/, 'everysec'],
  ])('with appendonly %s and save "%s" it logs what a crash takes', async (appendonly, save, sentence, durability) => {
    const log = recordedLog();
    await meddle(['CONFIG', 'SET', 'appendonly', appendonly], ['CONFIG', 'SET', 'save', save]);
    await (await open({ log })).close();
    await meddle(['CONFIG', 'SET', 'appendonly', 'no'], ['CONFIG', 'SET', 'save', '']);
    expect(log.lines).toContainEqual(expect.stringMatching(sentence));
    expect(log.fullLines.join('\n')).toContain(`durability: '${durability}'`);
  });

  test('one address of a cluster is enough to use all of it', async () => {
    const cluster = await startRedisCluster();
    const [url = ''] = cluster.url.split(',');
    const log = recordedLog();
    const storage = await open({ urls: [url], log });
    await storage.ping();
    expect(log.fullLines.join('\n')).toContain('servers: 3');
    await storage.close();
    await cluster.close();
  });
});

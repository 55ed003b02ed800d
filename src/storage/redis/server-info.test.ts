/** Which servers will do, and what a crash of them takes. */

import { describe, expect, test } from 'vitest';

import { UnusableStorageError } from '../storage.ts';
import { checkInfo, durabilityOf, isClusterNode, readInfo } from './server-info.ts';

function info(fields: Readonly<Record<string, string>>): ReturnType<typeof readInfo> {
  const all = { redis_version: '7.0.15', role: 'master', maxmemory_policy: 'noeviction', aof_enabled: '0', ...fields };
  return readInfo(
    `# Server\r\n${Object.entries(all)
      .map(([name, value]) => `${name}:${value}`)
      .join('\r\n')}\r\n`,
  );
}

describe('a server', () => {
  test.each(['7.0.0', '7.0.15', '7.2.4', '8.0.1', '10.1.0'])('of version %s will do', (version) => {
    expect(() => checkInfo(info({ redis_version: version }), { allowEviction: false })).not.toThrow();
  });

  test.each(['2.8.0', '6.2.14', 'unknown', ''])('of version "%s" will not', (version) => {
    const check = (): void => checkInfo(info({ redis_version: version }), { allowEviction: true });
    expect(check).toThrow(UnusableStorageError);
    expect(check).toThrow('7.0 or later');
  });

  test('that is a replica will not do', () => {
    expect(() => checkInfo(info({ role: 'slave' }), { allowEviction: true })).toThrow('replica');
  });

  test.each(['volatile-lru', 'allkeys-random', 'volatile-ttl'])(
    'that deletes by %s will do only if allowed',
    (policy) => {
      const found = info({ maxmemory_policy: policy });
      expect(() => checkInfo(found, { allowEviction: false })).toThrow(`maxmemory-policy is ${policy}`);
      expect(() => checkInfo(found, { allowEviction: true })).not.toThrow();
    },
  );

  test('says whether it is in a cluster', () => {
    expect(isClusterNode(info({ cluster_enabled: '1' }))).toBe(true);
    expect(isClusterNode(info({ cluster_enabled: '0' }))).toBe(false);
    expect(isClusterNode(info({}))).toBe(false);
  });
});

test.each([
  ['0', { appendfsync: 'everysec', save: '' }, 'none'],
  ['0', { appendfsync: 'everysec', save: '3600 1' }, 'snapshots'],
  ['1', { appendfsync: 'everysec', save: '' }, 'everysec'],
  ['1', { appendfsync: 'always', save: '' }, 'always'],
  ['1', { appendfsync: 'no', save: '' }, 'snapshots'],
  ['1', {}, 'unknown'],
  ['0', {}, 'unknown'],
] as const)('with aof_enabled %s and %o its durability is %s', (aof, config, durability) => {
  expect(durabilityOf(info({ aof_enabled: aof }), config)).toBe(durability);
});

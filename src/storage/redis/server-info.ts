/** What a Redis server says of itself, and whether that will do. */

import { UnusableStorageError } from '../storage.ts';

/** From this version on it has sharded channels, which a cluster needs. Valkey counts on from it. */
const MIN_MAJOR_VERSION = 7;

/** How much of what was acknowledged a crash of the server can take. */
export type Durability = 'none' | 'snapshots' | 'everysec' | 'always' | 'unknown';

/** Fields of `INFO`, by name. */
export type ServerInfo = ReadonlyMap<string, string>;

/** Reads the answer to `INFO`. */
export function readInfo(text: string): ServerInfo {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/** Whether it is part of a cluster. */
export function isClusterNode(info: ServerInfo): boolean {
  return info.get('cluster_enabled') === '1';
}

/** @throws UnusableStorageError if data would not be safe with this server, or it lacks what is needed */
export function checkInfo(info: ServerInfo, { allowEviction }: { readonly allowEviction: boolean }): void {
  const version = info.get('redis_version') ?? 'unknown';
  const major = Number.parseInt(version, 10);
  if (!(major >= MIN_MAJOR_VERSION)) {
    throw new UnusableStorageError(`Redis is of version ${version}; Veche needs ${MIN_MAJOR_VERSION}.0 or later`);
  }
  if (info.get('role') === 'slave') {
    throw new UnusableStorageError('this Redis is a replica; give the address of the primary');
  }
  const policy = info.get('maxmemory_policy') ?? 'unknown';
  if (policy !== 'noeviction' && !allowEviction) {
    throw new UnusableStorageError(
      `Redis may delete chats when its memory is full: its maxmemory-policy is ${policy}. Set it to noeviction, or allow eviction`,
    );
  }
}

/** How durable writes are. @param config of `appendfsync` and `save`, absent where the server does not tell */
export function durabilityOf(
  info: ServerInfo,
  config: { readonly appendfsync?: string | undefined; readonly save?: string | undefined },
): Durability {
  if (info.get('aof_enabled') === '1') {
    if (config.appendfsync === undefined) return 'unknown';
    if (config.appendfsync === 'always') return 'always';
    return config.appendfsync === 'everysec' ? 'everysec' : 'snapshots';
  }
  if (config.save === undefined) return 'unknown';
  return config.save === '' ? 'none' : 'snapshots';
}

/** What an acknowledged message survives, in a sentence for the log. */
export const DURABILITY_MEANINGS: Readonly<Record<Durability, string>> = {
  none: 'Redis keeps nothing over a restart',
  snapshots: 'Redis writes to disk now and then: a crash of it loses what came since',
  everysec: 'Redis writes to disk every second: a crash of it loses about the last second',
  always: 'Redis writes to disk before it answers: a crash of it loses nothing',
  unknown: 'Redis does not tell how it writes to disk',
};

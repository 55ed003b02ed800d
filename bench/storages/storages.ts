/** What the storages that instances share cost, each beside its raw limit and beside memory, on servers of their own. */

import type { Measure } from '../measure.ts';
import type { Scale } from '../scale.ts';
import { measureDepth } from './depth.ts';
import { measureEndToEnd } from './end-to-end.ts';
import { measureManyChats } from './many-chats.ts';
import { measureAppends, measureBatches } from './raw-limits.ts';
import { measureRoundTrips } from './round-trips.ts';
import { withStorageServers } from './servers.ts';

export function measureStorages(scale: Scale): Promise<Measure[]> {
  const fewer = { ...scale, ...scale.storages };
  return withStorageServers(async (servers) => [
    ...(await measureEndToEnd(servers, fewer)),
    await measureRoundTrips(servers),
    await measureAppends(servers, fewer),
    await measureBatches(servers, fewer),
    ...(await measureDepth(servers, fewer)),
    ...(await measureManyChats(servers, fewer)),
  ]);
}

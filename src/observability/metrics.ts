/** The metrics of one server: what its parts are told to tell, and what a scrape shows. */

import { Registry } from 'prom-client';
import type { Config } from '../config/config.ts';
import type { Stats } from '../domain/models.ts';
import type { Limits } from '../domain/limits.ts';
import type { Exposition } from '../http/probes.ts';
import type { ConnectionMeter } from '../lifecycle/listener.ts';
import { withDeadline } from '../lifecycle/with-deadline.ts';
import type { LiveMeter } from '../live/live-meter.ts';
import type { CallMeter } from '../service/call-meter.ts';
import type { StorageMeter } from '../storage/storage-meter.ts';
import type { Storage } from '../storage/storage.ts';
import { measuredStorage } from './measured-storage.ts';
import { batchMeter, callMeter, connectionMeter, liveMeter, refusalMeter, type RefusalMeter } from './meters.ts';
import { processRegistry } from './process-metrics.ts';
import { registerMetrics, type Instruments } from './register-metrics.ts';

/** Of the time that a scrape usually has, 10 s, so much may go to the figures of the storage. */
const STATS_DEADLINE_MS = 1_000;

/** What is known of a server from its start. */
export interface MetricsOptions {
  readonly version: string;
  readonly storage: Config['storage'];
  readonly limits: Pick<Limits, 'maxUsers' | 'maxChats'>;
}

/** What the parts of the server tell, and a scrape shows. */
export interface Metrics {
  readonly calls: CallMeter;
  readonly refusals: RefusalMeter;
  readonly live: LiveMeter;
  readonly batches: StorageMeter;
  readonly connections: ConnectionMeter;
  /** The same storage, measured. */
  measured(storage: Storage): Storage;
  /** Has the figures of the whole server read at each scrape; until then they are absent. */
  readStatsBy(read: () => Promise<Stats>): void;
  setReady(isReady: boolean): void;
  /** Never rejects because a storage does not answer: what it would have said is absent then. */
  scrape(): Promise<Exposition>;
}

/** Makes the metrics of one server. */
export function createMetrics({ version, storage, limits }: MetricsOptions): Metrics {
  const registry = new Registry();
  const instruments = registerMetrics(registry);
  const all = Registry.merge([registry, processRegistry()]);
  instruments.veche_build_info.with({ version, node: process.version, storage }).set(1);
  instruments.veche_max_users.with({}).set(limits.maxUsers);
  instruments.veche_max_chats.with({}).set(limits.maxChats);
  const ready = instruments.veche_ready.with({});
  const refusals = refusalMeter(instruments);
  let readStats: (() => Promise<Stats>) | undefined;
  let refreshing: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    try {
      showStats(instruments, readStats && (await withDeadline(readStats(), STATS_DEADLINE_MS)));
    } catch {
      // That it failed is counted where all operations of the storage are.
      showStats(instruments, undefined);
    } finally {
      refreshing = undefined;
    }
  };

  return {
    calls: callMeter(instruments, refusals),
    refusals,
    live: liveMeter(instruments),
    batches: batchMeter(instruments),
    connections: connectionMeter(instruments),
    measured: (unmeasured) => measuredStorage(unmeasured, instruments),
    readStatsBy: (read) => {
      readStats = read;
    },
    setReady: (isReady) => ready.set(isReady ? 1 : 0),
    async scrape() {
      // However many scrape at one time, the storage is asked once.
      await (refreshing ??= refresh());
      return { contentType: all.contentType, text: await all.metrics() };
    },
  };
}

/** Figures that are not known are not shown: an old one would look like a new one. */
function showStats(instruments: Instruments, stats: Stats | undefined): void {
  const figures = [
    [instruments.veche_users, stats?.users],
    [instruments.veche_chats, stats?.chats],
    [instruments.veche_messages, stats?.messages],
    [instruments.veche_messages_last_hour, stats?.messagesLastHour],
  ] as const;
  for (const [family, value] of figures) {
    if (value === undefined) family.clear();
    else family.with({}).set(value);
  }
}

/** Counts what the parts of the server tell of. */

import type { ConnectionMeter } from '../lifecycle/listener.ts';
import { PROTOCOLS, type Protocol } from '../lifecycle/first-bytes.ts';
import type { LiveMeter, StreamEnding } from '../live/live-meter.ts';
import type { CallMeter, CallOutcome } from '../service/call-meter.ts';
import { APIS, type Api, type Method } from '../service/calls.ts';
import type { Batch, StorageMeter } from '../storage/storage-meter.ts';
import { Kept } from './instruments.ts';
import type { RefusalCode } from './metric-table.ts';
import type { Instruments } from './register-metrics.ts';

/** Counts a refusal, whether or not it was of a call. */
export type RefusalMeter = (api: Api, code: RefusalCode) => void;

/** Counts refusals. */
export function refusalMeter({ veche_refusals_total: refusals }: Instruments): RefusalMeter {
  const kept = new Kept((api: Api) => new Kept((code: RefusalCode) => refusals.with({ api, code })));
  return (api, code) => kept.of(api).of(code).add(1);
}

/** Counts and times calls. */
export function callMeter(instruments: Instruments, countRefusal: RefusalMeter): CallMeter {
  const { veche_calls_total: calls, veche_call_duration_seconds: durations } = instruments;
  const waiting = new Kept((api: Api) => instruments.veche_waiting_call_duration_seconds.with({ api }));
  const timed = new Kept((api: Api) => new Kept((method: Method) => durations.with({ api, method })));
  const counted = new Kept(
    (api: Api) => new Kept((method: Method) => new Kept((code: CallOutcome) => calls.with({ api, method, code }))),
  );
  return {
    answered({ api, method }, outcome, durationMs, mayWait) {
      counted.of(api).of(method).of(outcome).add(1);
      (mayWait ? waiting.of(api) : timed.of(api).of(method)).observe(durationMs / 1_000);
      if (outcome !== 'OK' && outcome !== 'CANCELLED') countRefusal(api, outcome);
    },
    refused: countRefusal,
  };
}

/** Counts streams, waits and deliveries. */
export function liveMeter(instruments: Instruments): LiveMeter {
  const kept = new Kept((api: Api) => ({
    open: instruments.veche_open_streams.with({ api }),
    waits: instruments.veche_open_waits.with({ api }),
    deliveries: instruments.veche_deliveries_total.with({ api }),
    cut: instruments.veche_readers_cut_total.with({ api }),
    endings: new Kept((reason: StreamEnding) => instruments.veche_streams_ended_total.with({ api, reason })),
  }));
  for (const api of APIS) kept.of(api);
  return {
    streamBegan: (api) => kept.of(api).open.add(1),
    streamEnded(api, ending) {
      const { open, endings } = kept.of(api);
      open.add(-1);
      endings.of(ending).add(1);
    },
    delivered: (api, messages) => kept.of(api).deliveries.add(messages),
    readerCut: (api) => kept.of(api).cut.add(1),
    waitBegan: (api) => kept.of(api).waits.add(1),
    waitEnded: (api) => kept.of(api).waits.add(-1),
  };
}

/** Counts what travels together. */
export function batchMeter({ veche_storage_batch_size: sizes }: Instruments): StorageMeter {
  const kept = new Kept((batch: Batch) => sizes.with({ batch }));
  return { sentTogether: (batch, count) => kept.of(batch).observe(count) };
}

/** Counts connections. */
export function connectionMeter(instruments: Instruments): ConnectionMeter {
  const kept = new Kept((protocol: Protocol) => ({
    open: instruments.veche_connections.with({ protocol }),
    opened: instruments.veche_connections_opened_total.with({ protocol }),
  }));
  for (const protocol of PROTOCOLS) kept.of(protocol);
  return {
    opened(protocol) {
      const { open, opened } = kept.of(protocol);
      open.add(1);
      opened.add(1);
    },
    closed: (protocol) => kept.of(protocol).open.add(-1),
  };
}

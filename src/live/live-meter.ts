/** What is told of streams and waits, for whoever counts. */

import type { Api } from '../service/calls.ts';
import type { EndReason } from './events.ts';

/** How a stream ended: as its reader was told, or because the reader had gone. */
export type StreamEnding = EndReason | 'READER_GONE';

/** It is told of every event that is handed over: it must be cheap, and must not throw. */
export interface LiveMeter {
  streamBegan(api: Api): void;
  /** Once for each that began. */
  streamEnded(api: Api, ending: StreamEnding): void;
  /** This many messages were handed to the sink of one stream, in one event. */
  delivered(api: Api, messages: number): void;
  /** A reader that did not take the last event of its stream was cut. */
  readerCut(api: Api): void;
  waitBegan(api: Api): void;
  /** Once for each that began. */
  waitEnded(api: Api): void;
}

/** Counts nothing. */
export const NO_LIVE_METER: LiveMeter = {
  streamBegan: () => {},
  streamEnded: () => {},
  delivered: () => {},
  readerCut: () => {},
  waitBegan: () => {},
  waitEnded: () => {},
};

/** A watch whose wake-ups a test can await. */

import type { WatchTopic } from '../storage.ts';
import type { Handle } from './handle.ts';

/** A watch in the hands of a test. */
export interface Watch {
  /** How often it was called. */
  readonly wakes: number;
  /** Resolves when it is called the next time. */
  nextWake(): Promise<void>;
  /** Ends it; may be called twice. */
  stop(): void;
}

/** Starts a watch. */
export async function watchOn({ storage }: Handle, topic: WatchTopic): Promise<Watch> {
  let wakes = 0;
  let waiting: (() => void)[] = [];
  const stop = await storage.watch(topic, () => {
    wakes += 1;
    const woken = waiting;
    waiting = [];
    for (const resume of woken) resume();
  });
  return {
    get wakes() {
      return wakes;
    },
    nextWake: () => new Promise((resolve) => waiting.push(resolve)),
    stop,
  };
}

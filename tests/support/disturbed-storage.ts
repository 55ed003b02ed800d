/** A storage as it is on a bad day: far away, deaf, or not answering. */

import type { Storage } from '../../src/storage/storage.ts';

export interface Disturbance {
  /** How many turns of the event loop the next operation takes, on each way. */
  readonly turns?: () => number;
  /** What happens just before an operation; the operation fails with what this throws. */
  readonly before?: (operation: string) => void | Promise<void>;
  /** What happens between an operation and the arrival of its answer. */
  readonly after?: (operation: string) => void | Promise<void>;
  /** Whether the next notification is lost. */
  readonly losesWake?: () => boolean;
}

export interface DisturbedStorage extends Storage {
  /** Watches that have begun and not ended. */
  readonly openWatches: number;
}

export function disturbed(storage: Storage, disturbance: Disturbance): DisturbedStorage {
  const { turns = () => 0, before = () => {}, after = () => {}, losesWake = () => false } = disturbance;
  const watches = new Set<() => void>();
  const travel = async (): Promise<void> => {
    for (let left = turns(); left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
  };
  const watch: Storage['watch'] = async (topic, wake) => {
    const end = await storage.watch(topic, () => losesWake() || wake());
    watches.add(end);
    return () => {
      watches.delete(end);
      end();
    };
  };
  return new Proxy(storage as DisturbedStorage, {
    get(target, name) {
      if (name === 'openWatches') return watches.size;
      const operation: unknown = name === 'watch' ? watch : Reflect.get(target, name);
      if (typeof operation !== 'function') return operation;
      return async (...args: unknown[]): Promise<unknown> => {
        await travel();
        await before(String(name));
        const answer: unknown = await operation.apply(target, args);
        await after(String(name));
        await travel();
        return answer;
      };
    },
  });
}

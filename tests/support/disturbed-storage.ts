/** A storage as it is on a bad day: far away, deaf, or not answering. */

import { StorageUnavailableError, type Storage } from '../../src/storage/storage.ts';

export interface Disturbance {
  /** How many turns of the event loop the next operation takes on each way. */
  readonly turns?: () => number;
  /** Whether the next notification is lost. */
  readonly losesWake?: () => boolean;
  /** Whether this operation fails now. */
  readonly fails?: (operation: string) => boolean;
}

export function disturbed(storage: Storage, disturbance: Disturbance): Storage {
  const { turns = () => 0, losesWake = () => false, fails = () => false } = disturbance;
  const travel = async (): Promise<void> => {
    for (let left = turns(); left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
  };
  const watch: Storage['watch'] = (topic, wake) => storage.watch(topic, () => losesWake() || wake());
  return new Proxy(storage, {
    get(target, name) {
      const operation: unknown = name === 'watch' ? watch : Reflect.get(target, name);
      if (typeof operation !== 'function') return operation;
      return async (...args: unknown[]): Promise<unknown> => {
        await travel();
        if (fails(String(name))) throw new StorageUnavailableError('it does not answer');
        const answer: unknown = await operation.apply(target, args);
        await travel();
        return answer;
      };
    },
  });
}

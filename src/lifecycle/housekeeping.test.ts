import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { FakeClock } from '../../tests/support/fake-clock.ts';
import { recordedLog } from '../../tests/support/recorded-log.ts';
import { startHousekeeping } from './housekeeping.ts';

const INTERVAL_MS = 1;

afterEach(() => void vi.useRealTimers());

/** Runs house-keeping until `sweep` has been called as often as there are outcomes, which it has in turn. */
async function sweepUntilDone(outcomes: readonly (() => Promise<boolean>)[]): Promise<readonly string[]> {
  const log = recordedLog();
  const rest = [...outcomes];
  const done = Promise.withResolvers<void>();
  const stop = startHousekeeping({
    storage: {
      async sweep() {
        const outcome = rest.shift();
        if (rest.length === 0) done.resolve();
        return (await outcome?.()) ?? false;
      },
    },
    clock: new FakeClock(),
    log,
    intervalMs: INTERVAL_MS,
  });
  await done.promise;
  await stop();
  return log.lines;
}

test('goes on at once while there is more to do, and lets calls have their turn in between', async () => {
  const turns: string[] = [];
  const more = async (): Promise<boolean> => {
    turns.push('batch');
    void setImmediate().then(() => turns.push('call'));
    return true;
  };
  await sweepUntilDone([more, more, async () => false]);
  expect(turns).toStrictEqual(['batch', 'call', 'batch', 'call']);
});

test('sweeps about every second, as storages may count on', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let sweeps = 0;
  const storage = {
    async sweep() {
      sweeps++;
      return false;
    },
  };
  const stop = startHousekeeping({ storage, clock: new FakeClock(), log: recordedLog() });
  for (const expected of [0, 1, 2, 3]) {
    expect(sweeps).toBe(expected);
    await vi.advanceTimersByTimeAsync(999);
    expect(sweeps).toBe(expected);
    await vi.advanceTimersByTimeAsync(1);
  }
  await stop();
});

test('never sweeps twice at a time', async () => {
  let running = 0;
  let most = 0;
  const slow = async (): Promise<boolean> => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    running--;
    return false;
  };
  await sweepUntilDone([slow, slow, slow]);
  expect(most).toBe(1);
});

test('is tried again after a failure, which is logged', async () => {
  const lines = await sweepUntilDone([() => Promise.reject(new Error('no storage')), async () => false]);
  expect(lines).toStrictEqual(['warn: house-keeping failed, will be tried again']);
});

test('ends, when stopped, with the batch that is under way', async () => {
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<boolean>();
  let sweeps = 0;
  const stop = startHousekeeping({
    storage: {
      sweep() {
        sweeps++;
        begun.resolve();
        return goOn.promise;
      },
    },
    clock: new FakeClock(),
    log: recordedLog(),
    intervalMs: INTERVAL_MS,
  });
  await begun.promise;
  const stopped = stop();
  goOn.resolve(true);
  await stopped;
  expect(sweeps).toBe(1);
});

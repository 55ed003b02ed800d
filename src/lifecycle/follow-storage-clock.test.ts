import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { recordedLog, type RecordedLog } from '../../tests/support/recorded-log.ts';
import { StorageUnavailableError } from '../storage/storage.ts';
import { followStorageClock, type StorageClock } from './follow-storage-clock.ts';

const START = 1_700_000_000_000;
const HALF_A_MINUTE_MS = 30_000;

/** A clock elsewhere, which is asked over a network that takes its time. */
class FarClock {
  aheadMs = 0;
  /** How long a question is under way, then its answer; of the next readings, then of all others. */
  waysMs: { readonly there: number; readonly back: number }[] = [];
  error: Error | undefined;
  readings = 0;

  async readTime(): Promise<number> {
    this.readings++;
    const { there, back } = this.waysMs.shift() ?? { there: 1, back: 1 };
    await pass(there);
    if (this.error !== undefined) throw this.error;
    const time = START + performance.now() + this.aheadMs;
    await pass(back);
    return time;
  }
}

let far: FarClock;
let log: RecordedLog;
let followed: StorageClock | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  far = new FarClock();
  far.aheadMs = -performance.now();
  log = recordedLog();
});
afterEach(async () => {
  await followed?.stop();
  followed = undefined;
  vi.useRealTimers();
});

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the far clock shows now. */
function farTime(): number {
  return START + performance.now() + far.aheadMs;
}

async function follow(): Promise<StorageClock> {
  const following = followStorageClock(far, log);
  following.catch(() => {});
  await vi.advanceTimersByTimeAsync(2_000);
  followed = await following;
  return followed;
}

describe('the clock of an instance', () => {
  test.each([0, 400, -400, 86_400_000, -86_400_000])(
    "shows the storage's time, which is %d ms ahead of the machine's",
    async (aheadMs) => {
      far.aheadMs += aheadMs;
      const { clock } = await follow();
      expect(Math.abs(clock.now() - farTime())).toBeLessThanOrEqual(1);
    },
  );

  test('goes by the quickest of several answers', async () => {
    far.aheadMs += 5_000;
    far.waysMs = [
      { there: 100, back: 0 },
      { there: 0, back: 90 },
      { there: 2, back: 2 },
      { there: 200, back: 0 },
    ];
    const { clock } = await follow();
    expect(Math.abs(clock.now() - farTime())).toBeLessThanOrEqual(1);
    expect(log.lines).not.toContainEqual(expect.stringContaining('slowly'));
  });

  test('follows within half a minute when the storage gets another clock', async () => {
    const { clock } = await follow();
    far.aheadMs += 3_000;
    await vi.advanceTimersByTimeAsync(HALF_A_MINUTE_MS + 2_000);
    expect(Math.abs(clock.now() - farTime())).toBeLessThanOrEqual(1);
    expect(log.lines[0]).toMatch(/^warn: the storage's clock has been set/);
  });

  test("follows back without stepping back, when the storage's clock is set back", async () => {
    const { clock } = await follow();
    far.aheadMs -= 3_000;
    let last = clock.now();
    for (let second = 0; second < 50; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      const next = clock.now();
      expect(next).toBeGreaterThan(last);
      last = next;
    }
    expect(Math.abs(clock.now() - farTime())).toBeLessThanOrEqual(1);
  });

  test('is compared at once when the clock of the machine is set, as after a sleep', async () => {
    const { clock } = await follow();
    const readings = far.readings;
    far.aheadMs += 500;
    vi.setSystemTime(Date.now() + 500);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(far.readings).toBeGreaterThan(readings);
    expect(Math.abs(clock.now() - farTime())).toBeLessThanOrEqual(1);
  });

  test('takes no notice of answers so slow that they say less than what it knows', async () => {
    const { clock } = await follow();
    far.waysMs = Array.from({ length: 5 }, () => ({ there: 400, back: 0 }));
    await vi.advanceTimersByTimeAsync(HALF_A_MINUTE_MS + 2_000);
    expect(Math.abs(clock.now() - farTime())).toBeLessThanOrEqual(1);
  });

  test('believes slow answers that what it knows cannot explain, as after a sleep', async () => {
    const { clock } = await follow();
    const sleepMs = 3_600_000;
    far.aheadMs += sleepMs;
    vi.setSystemTime(Date.now() + sleepMs);
    far.waysMs = Array.from({ length: 5 }, () => ({ there: 40, back: 40 }));
    await vi.advanceTimersByTimeAsync(1_500);
    expect(Math.abs(clock.now() - farTime())).toBeLessThanOrEqual(1);
  });

  test('makes do with slow answers where there are no others, and says so', async () => {
    far.waysMs = Array.from({ length: 5 }, () => ({ there: 120, back: 100 }));
    const { clock } = await follow();
    expect(Math.abs(clock.now() - farTime())).toBeLessThanOrEqual(11);
    expect(log.lines).toStrictEqual([expect.stringContaining('answers slowly')]);
    await vi.advanceTimersByTimeAsync(2 * HALF_A_MINUTE_MS);
    expect(Math.abs(clock.now() - farTime())).toBeLessThanOrEqual(1);
  });

  test('goes on by itself while the storage is away, and follows again when it is back', async () => {
    const { clock } = await follow();
    far.error = new StorageUnavailableError('away');
    await vi.advanceTimersByTimeAsync(2 * HALF_A_MINUTE_MS);
    expect(Math.abs(clock.now() - farTime())).toBeLessThanOrEqual(1);
    expect(log.lines[0]).toMatch(/^warn: the storage's clock cannot be read/);
    far.error = undefined;
    far.aheadMs += 100;
    await vi.advanceTimersByTimeAsync(7_000);
    expect(Math.abs(clock.now() - farTime())).toBeLessThanOrEqual(1);
  });

  test('does not start where the storage cannot be asked', async () => {
    far.error = new StorageUnavailableError('away');
    await expect(follow()).rejects.toBe(far.error);
  });
});

describe("a machine whose clock is not the storage's", () => {
  test('is told of once, by how much', async () => {
    far.aheadMs += 61_000;
    await follow();
    await vi.advanceTimersByTimeAsync(3 * HALF_A_MINUTE_MS);
    expect(log.fullLines).toStrictEqual([
      expect.stringMatching(/^warn: this machine's clock is not the storage's.*storageAheadMs: 61000/),
    ]);
  });

  test('is not told of for less than a second', async () => {
    far.aheadMs += 900;
    await follow();
    expect(log.lines).toStrictEqual([]);
  });

  test('is told of again after it was right', async () => {
    await follow();
    vi.setSystemTime(Date.now() + 5_000);
    await vi.advanceTimersByTimeAsync(2_000);
    vi.setSystemTime(Date.now() - 5_000);
    await vi.advanceTimersByTimeAsync(2_000);
    vi.setSystemTime(Date.now() - 5_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(log.lines).toHaveLength(2);
  });
});

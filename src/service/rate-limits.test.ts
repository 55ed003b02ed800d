import { describe, expect, test } from 'vitest';
import { disturbed, type Disturbance } from '../../tests/support/disturbed-storage.ts';
import { FakeClock } from '../../tests/support/fake-clock.ts';
import { quiet } from '../../tests/support/live-scene.ts';
import { recordedLog } from '../../tests/support/recorded-log.ts';
import { accepted, callOf, codeOf, ServiceScene } from '../../tests/support/service-scene.ts';
import { NO_RATES, type Rates } from '../domain/rates.ts';
import { createMemoryData, type MemoryData } from '../storage/memory/memory-data.ts';
import { openMemoryStorage } from '../storage/memory/open-memory-storage.ts';
import { StorageUnavailableError } from '../storage/storage.ts';
import { RateLimits } from './rate-limits.ts';

/** One call is given back every 100 ms. */
const RATE = { burst: 100, periodMs: 10_000 };
const INTERVAL_MS = 100;

class Instances {
  readonly clock = new FakeClock();
  readonly data: MemoryData = createMemoryData();
  readonly log = recordedLog();

  open(rates: Partial<Rates> = { address: RATE }, disturbance: Disturbance = {}, maxBuckets?: number): RateLimits {
    const storage = disturbed(openMemoryStorage(this.data), disturbance);
    const { clock, log } = this;
    return new RateLimits({ rates: { ...NO_RATES, ...rates }, storage, clock, log, ...(maxBuckets && { maxBuckets }) });
  }

  /** Lets time pass in which instances tell each other what they know. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= INTERVAL_MS) {
      this.clock.advance(Math.min(INTERVAL_MS, left));
      await quiet();
    }
  }
}

/** How many calls of a sequence are let through. */
function take(limits: RateLimits, count: number, address = '192.0.2.1'): number {
  let taken = 0;
  for (let index = 0; index < count; index++) {
    if (limits.judgeAddress(callOf('GetStats', undefined, address)) === undefined) taken += 1;
  }
  return taken;
}

function retryAfterMs(limits: RateLimits): number | undefined {
  return limits.judgeAddress(callOf('GetStats'))?.retryAfterMs;
}

describe('one instance', () => {
  test('takes as many calls at once as it may, and one more at the time told, not sooner', async () => {
    const instances = new Instances();
    const limits = instances.open();
    expect(take(limits, 150)).toBe(100);
    expect(retryAfterMs(limits)).toBe(100);
    instances.clock.advance(99);
    expect(retryAfterMs(limits)).toBe(1);
    instances.clock.advance(1);
    expect(take(limits, 2)).toBe(1);
    await instances.advance(10_000);
    expect(take(limits, 150)).toBe(100);
  });

  test('takes as many as are given back, over a long time, no matter how many are refused', async () => {
    const instances = new Instances();
    const limits = instances.open();
    let taken = 0;
    for (let interval = 0; interval < 300; interval++) {
      taken += take(limits, 7);
      await instances.advance(INTERVAL_MS);
    }
    expect(taken).toBe(100 + 299);
  });

  test('judges each address by itself', () => {
    const limits = new Instances().open();
    expect(take(limits, 101, '192.0.2.1')).toBe(100);
    expect(take(limits, 101, '192.0.2.2')).toBe(100);
  });

  test('spends nothing of one rate where another refuses, and tells the longer of two times', () => {
    const instances = new Instances();
    const limits = instances.open({ address: RATE, sessionCreation: { burst: 1, periodMs: 60_000 } });
    const create = () => limits.judgeAddress(callOf('CreateSession'));
    expect(create()).toBeUndefined();
    for (let count = 0; count < 200; count++) expect(create()?.retryAfterMs).toBe(60_000);
    expect(take(limits, 200)).toBe(99);
    expect(create()?.retryAfterMs).toBe(60_000);
  });

  test('without rates lets everything through, and remembers nothing', () => {
    const limits = new Instances().open({});
    expect(take(limits, 1_000)).toBe(1_000);
    expect(limits.judgeSession('CreateChat', 'a', 0)).toBeUndefined();
    expect(limits.size).toBe(0);
  });

  test('forgets whom it owes nothing, and then holds no wake-up', async () => {
    const instances = new Instances();
    const limits = instances.open();
    for (let host = 0; host < 2_500; host++) take(limits, 2, `host ${host}`);
    expect(limits.size).toBe(2_500);
    await instances.advance(3_000);
    expect(limits.size).toBe(0);
    expect(instances.clock.pending).toBe(0);
  });

  test('remembers no more callers than it may, however many come', async () => {
    const instances = new Instances();
    const limits = instances.open({ address: RATE }, {}, 50);
    for (let host = 0; host < 1_000; host++) take(limits, 1, `host ${host}`);
    expect(limits.size).toBe(50);
    await instances.advance(INTERVAL_MS);
    expect(take(limits, 200)).toBe(100);
  });
});

describe('instances that share a storage', () => {
  test('take together what one may, and what they had not told each other yet', async () => {
    const instances = new Instances();
    const [one, other] = [instances.open(), instances.open()];
    expect(take(one, 60)).toBe(60);
    await instances.advance(INTERVAL_MS);
    // The other has not asked yet: it learns of it with what it tells first.
    expect(take(other, 2)).toBe(2);
    await instances.advance(INTERVAL_MS);
    expect(take(other, 100)).toBe(40);
    await instances.advance(INTERVAL_MS);
    expect(take(one, 1)).toBe(1);
  });

  test('take too much at once by no more than comes between two reports, and pay it back', async () => {
    const instances = new Instances();
    const all = [instances.open(), instances.open(), instances.open()];
    const takeAll = (count: number): number => all.reduce((sum, limits) => sum + take(limits, count), 0);
    expect(takeAll(500)).toBe(300);
    await instances.advance(INTERVAL_MS);
    let taken = 300;
    for (let interval = 0; interval < 600; interval++) {
      taken += takeAll(1);
      await instances.advance(INTERVAL_MS);
    }
    // In a minute: what there was at once, and what was given back; in each of the last reports one call each.
    expect(taken).toBeGreaterThanOrEqual(100 + 590);
    expect(taken).toBeLessThanOrEqual(100 + 600 + 6);
  });

  test('tell at once what is much, and the rest within a fifth of the period, once', async () => {
    const told: number[] = [];
    const instances = new Instances();
    const limits = instances.open({ address: RATE }, { before: () => void told.push(instances.clock.now()) });
    const start = instances.clock.now();
    take(limits, 2);
    await instances.advance(1_000);
    expect(told).toEqual([start + INTERVAL_MS]);
    take(limits, 1);
    await instances.advance(5_000);
    expect(told).toEqual([start + INTERVAL_MS, start + 3_000]);
  });

  test('count what is spent while an answer is on its way on top of it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const instances = new Instances();
    const [one, other] = [instances.open({ address: RATE }, { after: () => promise }), instances.open()];
    take(other, 60);
    await other.close();
    take(one, 2);
    await instances.advance(INTERVAL_MS);
    take(one, 30);
    resolve();
    await quiet();
    // What the other instance spent has been given back by one meanwhile.
    expect(take(one, 100)).toBe(100 - 60 - 2 - 30 + 1);
  });

  test('tell what is left when they stop', async () => {
    const instances = new Instances();
    const [one, other] = [instances.open(), instances.open()];
    take(one, 90);
    await one.close();
    expect(instances.clock.pending).toBe(0);
    take(other, 2);
    await instances.advance(INTERVAL_MS);
    expect(take(other, 100)).toBe(9);
  });

  test('tell of more callers than one report takes', async () => {
    const instances = new Instances();
    const [one, other] = [instances.open(), instances.open()];
    for (let host = 0; host < 1_200; host++) take(one, 100, `host ${host}`);
    await instances.advance(INTERVAL_MS);
    for (let host = 0; host < 1_200; host++) take(other, 2, `host ${host}`);
    await instances.advance(INTERVAL_MS);
    for (let host = 0; host < 1_200; host++) expect(take(other, 1, `host ${host}`)).toBe(0);
  });
});

describe('while the storage fails', () => {
  test('each instance goes on by itself, says so once, and shares again when it is back', async () => {
    let isAway = true;
    const instances = new Instances();
    const before = (): void => {
      if (isAway) throw new StorageUnavailableError('away');
    };
    const [one, other] = [instances.open({ address: RATE }, { before }), instances.open()];
    expect(take(one, 150)).toBe(100);
    await instances.advance(1_000);
    expect(take(one, 150)).toBe(10);
    await instances.advance(1_000);
    expect(instances.log.lines.filter((line) => line.includes('for this instance alone'))).toHaveLength(1);
    isAway = false;
    take(one, 10);
    await instances.advance(INTERVAL_MS);
    expect(instances.log.lines.filter((line) => line.includes('together again'))).toHaveLength(1);
    take(other, 2);
    await instances.advance(INTERVAL_MS);
    expect(take(other, 200)).toBeLessThan(100);
  });

  test('which does not answer for a while, no call waits and nothing is told twice', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let asked = 0;
    const instances = new Instances();
    const before = (): Promise<void> | undefined => {
      asked += 1;
      return asked > 1 ? undefined : promise;
    };
    const [one, other] = [instances.open({ address: RATE }, { before }), instances.open()];
    take(one, 50);
    await instances.advance(500);
    take(one, 5);
    await instances.advance(500);
    expect(take(one, 150)).toBe(55);
    expect(asked).toBe(1);
    resolve();
    await instances.advance(2 * INTERVAL_MS);
    expect(asked).toBe(2);
    take(other, 2);
    await instances.advance(INTERVAL_MS);
    expect(take(other, 200)).toBe(1);
  });
});

describe('a call that comes too fast', () => {
  const rates = { address: { burst: 3, periodMs: 3_000 } };

  test('asks nothing of the storage', async () => {
    const asked: string[] = [];
    const scene = new ServiceScene({
      rates,
      disturb: (storage) => disturbed(storage, { before: (operation) => void asked.push(operation) }),
    });
    const { token } = await scene.newSession();
    await scene.newChat(token);
    accepted(await scene.service.getSession(callOf('GetSession', token)));
    const before = asked.length;
    const answer = await scene.service.getSession(callOf('GetSession', token));
    expect(answer).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 1_000 });
    expect(asked).toHaveLength(before);
  });

  test('of a session spends nothing of another’s, even with their id in a token made up', async () => {
    const scene = new ServiceScene({ rates: { session: { burst: 1, periodMs: 1_000 } } });
    const { token, session } = await scene.newSession();
    const forged = token.slice(0, -8) + 'AAAAAAAA';
    expect(session.userId).not.toBe('');
    for (let count = 0; count < 5; count++)
      expect(codeOf(await scene.service.getSession(callOf('GetSession', forged)))).toBe('UNAUTHENTICATED');
    accepted(await scene.service.getSession(callOf('GetSession', token)));
    expect(codeOf(await scene.service.getSession(callOf('GetSession', token)))).toBe('RATE_LIMITED');
  });

  test('is refused after a shutdown has begun for that', async () => {
    const scene = new ServiceScene({ rates });
    for (let count = 0; count < 3; count++) accepted(await scene.service.getStats(callOf('GetStats')));
    scene.isShuttingDown = true;
    expect(codeOf(await scene.service.getStats(callOf('GetStats')))).toBe('SHUTTING_DOWN');
  });
});

import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import { FakeClock } from '../../tests/support/fake-clock.ts';
import { quiet } from '../../tests/support/live-scene.ts';
import { recordedLog } from '../../tests/support/recorded-log.ts';
import { NEVER } from '../domain/lifetime.ts';
import { openMemoryStorage } from '../storage/memory/open-memory-storage.ts';
import { Follower } from './follower.ts';
import { NO_LIVE_METER } from './live-meter.ts';

/** A follower, and how often it has looked; by default it sees that nothing will change. */
async function following(look: (count: number) => Promise<number> | number = () => NEVER) {
  const [clock, log] = [new FakeClock(), recordedLog()];
  const context = { storage: openMemoryStorage(), clock, log, meter: NO_LIVE_METER, limits: DEFAULT_LIMITS };
  const seen = { looks: 0 };
  const follower = new Follower(context, { chatId: 'chat' }, async () => {
    return await look(++seen.looks);
  });
  await follower.opened;
  return { follower, clock, log, seen };
}

const FAILURE = new Error('it does not answer');

describe('a read that failed', () => {
  test('is followed by one early look, however many fail at one time', async () => {
    const { follower, clock, seen } = await following();
    for (let failure = 0; failure < 20; failure++) follower.readFailed(FAILURE);
    clock.advance(100);
    await quiet();
    expect(seen.looks).toBe(2);
    follower.close();
    expect(clock.pending).toBe(0);
  });

  test('during a look is followed by an early look all the same', async () => {
    const { promise: isSeen, resolve: letGo } = Promise.withResolvers<number>();
    const { follower, clock, seen } = await following((count) => (count === 2 ? isSeen : NEVER));
    follower.wake();
    await quiet();
    follower.readFailed(FAILURE);
    letGo(NEVER);
    await quiet();
    expect(seen.looks).toBe(2);
    clock.advance(100);
    await quiet();
    expect(seen.looks).toBe(3);
    follower.close();
  });

  test('again after each look is tried with growing pauses, up to 5 s, and logged once', async () => {
    const { follower, clock, log, seen } = await following();
    for (const pauseMs of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
      const { looks } = seen;
      follower.readFailed(FAILURE);
      clock.advance(pauseMs - 1);
      await quiet();
      expect(seen.looks).toBe(looks);
      clock.advance(1);
      await quiet();
      expect(seen.looks).toBe(looks + 1);
    }
    expect(log.lines).toEqual(['warn: reading for open streams failed, trying again']);
    follower.close();
  });

  test('is logged, and tried again soon, when all was well in between', async () => {
    const { follower, clock, log, seen } = await following();
    for (const outage of [1, 2]) {
      for (const pauseMs of [100, 200]) {
        follower.readFailed(FAILURE);
        clock.advance(pauseMs);
        await quiet();
      }
      expect(log.lines).toHaveLength(outage);
      follower.wake();
      await quiet();
    }
    expect(seen.looks).toBe(7);
    follower.close();
  });
});

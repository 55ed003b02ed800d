import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NEVER } from '../domain/lifetime.ts';
import { FollowingClock } from './following-clock.ts';

const START = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

let offsetMs: number;
let clock: FollowingClock;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  offsetMs = START - performance.now();
  clock = new FollowingClock(offsetMs);
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the time', () => {
  test('is that of the clock followed, in whole milliseconds, and goes on with it', () => {
    expect(clock.now()).toBe(START);
    vi.advanceTimersByTime(1_234);
    expect(clock.now()).toBe(START + 1_234);
    expect(new FollowingClock(offsetMs + 0.7).now()).toBe(START + 1_234);
  });

  test('takes no notice of how the clock of the machine is set', () => {
    vi.setSystemTime(Date.now() + HOUR_MS);
    expect(clock.now()).toBe(START);
    vi.setSystemTime(Date.now() - 2 * HOUR_MS);
    expect(clock.now()).toBe(START);
  });

  test('is corrected forward at once', () => {
    clock.correct(offsetMs + 40);
    expect(clock.now()).toBe(START + 40);
  });

  test('never steps back: it goes at half speed until the clock followed has caught up', () => {
    clock.correct(offsetMs - 100);
    expect(clock.now()).toBe(START);
    vi.advanceTimersByTime(100);
    expect(clock.now()).toBe(START + 50);
    vi.advanceTimersByTime(100);
    expect(clock.now()).toBe(START + 100);
    vi.advanceTimersByTime(100);
    expect(clock.now()).toBe(START + 200);
  });

  test('catches up in the same time however often it is asked', () => {
    clock.correct(offsetMs - 100);
    let last = clock.now();
    for (let step = 0; step < 200; step++) {
      vi.advanceTimersByTime(1);
      const next = clock.now();
      expect(next).toBeGreaterThanOrEqual(last);
      last = next;
    }
    expect(last).toBe(START + 100);
  });

  test('keeps what had passed before a correction, though nobody asked', () => {
    vi.advanceTimersByTime(1_000);
    clock.correct(offsetMs - 500);
    expect(clock.now()).toBe(START + 1_000);
  });
});

describe('a wake-up', () => {
  test('comes at its time and not before', () => {
    const wake = vi.fn<() => void>();
    clock.wakeAt(START + 1_000, wake);
    vi.advanceTimersByTime(999);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(wake).toHaveBeenCalledOnce();
  });

  test('comes in time when the clock has been corrected forward meanwhile', () => {
    const wake = vi.fn<() => void>();
    clock.wakeAt(START + HOUR_MS, wake);
    clock.correct(offsetMs + HOUR_MS - 10);
    vi.advanceTimersByTime(10);
    expect(wake).toHaveBeenCalledOnce();
    clock.correct(offsetMs + 2 * HOUR_MS);
    vi.advanceTimersByTime(HOUR_MS);
    expect(wake).toHaveBeenCalledOnce();
  });

  test('comes at most 20 ms late after many small corrections forward', () => {
    const wake = vi.fn<() => void>();
    clock.wakeAt(START + HOUR_MS, wake);
    for (let forwardMs = 10; forwardMs <= 1_000; forwardMs += 10) clock.correct(offsetMs + forwardMs);
    vi.advanceTimersByTime(HOUR_MS - 980);
    expect(wake).toHaveBeenCalledOnce();
  });

  test('comes in time after a correction back and many small ones forward', () => {
    const wake = vi.fn<() => void>();
    clock.correct(offsetMs - 1_000);
    clock.wakeAt(START + HOUR_MS, wake);
    for (let backMs = 1_000; backMs >= 0; backMs -= 10) clock.correct(offsetMs - backMs);
    vi.advanceTimersByTime(HOUR_MS);
    expect(wake).toHaveBeenCalledOnce();
  });

  test('does not come before its time when the clock has been corrected back meanwhile', () => {
    const wake = vi.fn<() => void>();
    clock.wakeAt(START + 1_000, wake);
    clock.correct(offsetMs - 100);
    vi.advanceTimersByTime(1_099);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(wake).toHaveBeenCalledOnce();
  });

  test('does not come once cancelled, nor at no time, and holds no timer', () => {
    const wake = vi.fn<() => void>();
    const cancel = clock.wakeAt(START + 1_000, wake);
    clock.wakeAt(NEVER, wake);
    clock.correct(offsetMs + 500);
    cancel();
    clock.correct(offsetMs + HOUR_MS);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(HOUR_MS);
    expect(wake).not.toHaveBeenCalled();
  });
});

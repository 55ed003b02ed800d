import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NEVER } from '../domain/lifetime.ts';
import { systemClock } from './clock.ts';

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the time', () => {
  test('is whole milliseconds since the epoch', () => {
    expect(systemClock().now()).toBe(1_700_000_000_000);
  });

  test('follows the system forward, as after a machine was suspended', () => {
    const clock = systemClock();
    vi.setSystemTime(Date.now() + DAY_MS);
    expect(clock.now()).toBe(1_700_000_000_000 + DAY_MS);
  });

  test('never steps back, and goes on when the system has stepped back', () => {
    const clock = systemClock();
    vi.setSystemTime(Date.now() - DAY_MS);
    expect(clock.now()).toBe(1_700_000_000_000);
    vi.advanceTimersByTime(5);
    expect(clock.now()).toBe(1_700_000_000_005);
  });
});

describe('a wake-up', () => {
  test.each([1, 1_000, 24 * DAY_MS, 25 * DAY_MS, 40 * DAY_MS, 60 * DAY_MS])(
    'in %d ms comes then and not before',
    (delayMs) => {
      const clock = systemClock();
      const wake = vi.fn<() => void>();
      clock.wakeAt(clock.now() + delayMs, wake);
      vi.advanceTimersByTime(delayMs - 1);
      expect(wake).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(wake).toHaveBeenCalledOnce();
    },
  );

  test('in 100 years does not come early', () => {
    const clock = systemClock();
    const wake = vi.fn<() => void>();
    const cancel = clock.wakeAt(clock.now() + 36_525 * DAY_MS, wake);
    vi.advanceTimersByTime(400 * DAY_MS);
    expect(wake).not.toHaveBeenCalled();
    cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('at no time never comes and holds no timer', () => {
    systemClock().wakeAt(NEVER, () => {});
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not come once cancelled, however far it has been waited for', () => {
    const clock = systemClock();
    const wake = vi.fn<() => void>();
    const cancel = clock.wakeAt(clock.now() + 40 * DAY_MS, wake);
    vi.advanceTimersByTime(30 * DAY_MS);
    cancel();
    vi.advanceTimersByTime(30 * DAY_MS);
    expect(wake).not.toHaveBeenCalled();
  });
});

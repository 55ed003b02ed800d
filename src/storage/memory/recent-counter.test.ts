import { describe, expect, test } from 'vitest';

import { RECENT_RESOLUTION_MS, RECENT_WINDOW_MS } from '../../domain/limits.ts';
import { RecentCounter } from './recent-counter.ts';

const NOW = Date.UTC(2030, 0, 1) + 3_210;

describe('the counter of recent messages', () => {
  test('counts what was accepted in the past 60 minutes, its edge at most 10 s coarse', () => {
    const counter = new RecentCounter();
    counter.add(NOW);
    expect(counter.count(NOW)).toBe(1);
    expect(counter.count(NOW + RECENT_WINDOW_MS - 1)).toBe(1);
    expect(counter.count(NOW + RECENT_WINDOW_MS + RECENT_RESOLUTION_MS)).toBe(0);
  });

  test('loses only what leaves the window', () => {
    const counter = new RecentCounter();
    for (let minute = 0; minute < 90; minute++) counter.add(NOW + minute * 60_000);
    const end = NOW + 89 * 60_000;
    const inWindow = counter.count(end);
    expect(inWindow).toBeGreaterThanOrEqual(60);
    expect(inWindow).toBeLessThanOrEqual(61);
    expect(counter.count(end + RECENT_WINDOW_MS / 2)).toBe(inWindow - 30);
  });

  test('starts again at 0 after a long silence, however long', () => {
    const counter = new RecentCounter();
    for (let i = 0; i < 1_000; i++) counter.add(NOW + i * 1_000);
    expect(counter.count(NOW + 50 * 365 * 86_400_000)).toBe(0);
    counter.add(NOW + 50 * 365 * 86_400_000);
    expect(counter.count(NOW + 50 * 365 * 86_400_000)).toBe(1);
  });

  test('counts a message whose time is a little behind', () => {
    const counter = new RecentCounter();
    counter.add(NOW);
    counter.add(NOW - 15_000);
    expect(counter.count(NOW)).toBe(2);
    expect(counter.count(NOW + RECENT_WINDOW_MS - 4_000)).toBe(1);
  });

  test('passes over a message from before the window', () => {
    const counter = new RecentCounter();
    counter.add(NOW);
    counter.add(NOW - RECENT_WINDOW_MS - RECENT_RESOLUTION_MS);
    expect(counter.count(NOW)).toBe(1);
  });
});

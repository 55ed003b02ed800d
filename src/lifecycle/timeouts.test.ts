import { expect, test } from 'vitest';
import { MAX_WAIT_MS } from '../domain/limits.ts';
import { DEFAULT_TIMEOUTS } from './timeouts.ts';

test('no connection is taken for stalled while its client waits for something unread', () => {
  expect(DEFAULT_TIMEOUTS.stalledMs).toBeGreaterThan(2 * MAX_WAIT_MS);
});

import { expect, test } from 'vitest';
import { recordedLog } from '../../tests/support/recorded-log.ts';
import { occasionalWarning } from './occasional-warning.ts';

test('what happens again and again is warned of at once, and then every minute with how often it was', () => {
  const log = recordedLog();
  let now = 0;
  const warn = occasionalWarning(log, 'again', () => now);
  for (let second = 0; second <= 120; second++) {
    now = second * 1_000;
    warn({ second });
  }
  expect(log.fullLines).toEqual([
    'warn: again { second: 0, times: 1 }',
    'warn: again { second: 60, times: 60 }',
    'warn: again { second: 120, times: 60 }',
  ]);
});

/** The report at the end: what everyone got, and what it cost. */

import type { Outcome } from './performance.ts';
import type { Usage } from './server.ts';

/** The last line when nothing is wrong. */
export const ALL_IS_WELL = 'Every reader got every line exactly once and in order.';

/**
 * Writes the report.
 * @param cost what the server used for the performance, where the system tells.
 */
export function writeReport(outcome: Outcome, cost: Usage | undefined): string {
  const { faults, ways, posts, postAnswersLost, late, elapsedMs } = outcome;
  const deliveries = ways.reduce((sum, { lines }) => sum + lines, 0);
  const rows = [
    ['posted', `${format(posts)} messages in 2 chats; ${format(postAnswersLost)} answers lost and the posts repeated`],
    ...ways.map(({ name, readers, lines, lost, remedy }) => [
      `read ${name}`,
      `${readers} readers, ${format(lines)} lines; ${format(lost)} ${remedy}`,
    ]),
    [
      'read late',
      `1 reader of the chat that keeps only the end: ${late.lines} lines, and word of ${format(late.missed)} missed`,
    ],
    [
      'time',
      `${format(elapsedMs / 1000, 1)} s: ${format((posts * 1000) / elapsedMs)} posts and ` +
        `${format((deliveries * 1000) / elapsedMs)} deliveries per second`,
    ],
  ];
  if (cost !== undefined) {
    rows.push([
      'server',
      `${format(cost.cpuMs / 1000, 1)} s of CPU, ${format(cost.cpuMs / posts, 2)} ms per post with all its deliveries; ` +
        `at most ${format(cost.peakBytes / 2 ** 20)} MiB of memory`,
    ]);
  }
  return [
    '',
    ...rows.map(([what = '', text]) => `${what.padEnd(16)}${text}`),
    '',
    ...(faults.length === 0
      ? [ALL_IS_WELL]
      : ['Not every reader got every line exactly once and in order:', ...faults]),
    '',
  ].join('\n');
}

function format(value: number, digits = 0): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * Plays the beginning of Hamlet through a real server: every speaker is a session, all of them read along, and at the end
 * it is checked that each got every line. `--pace 500` pauses half a second after each line, for watching.
 */

import { parseArgs } from 'node:util';
import { perform } from './performance.ts';
import { createProgress } from './progress.ts';
import { writeReport } from './report.ts';
import { readScript, speakersOf } from './script.ts';
import { startServer } from './server.ts';

const { values } = parseArgs({ options: { pace: { type: 'string', default: '0' } } });
const paceMs = Number(values.pace);
if (!Number.isInteger(paceMs) || paceMs < 0) throw new Error(`--pace is ${values.pace}; it must be whole milliseconds`);

const script = readScript();
const server = await startServer();
console.log(
  `Hamlet: ${script.length} lines by ${speakersOf(script).length} speakers, on a server at ${server.address}`,
);
try {
  const before = server.usage();
  const outcome = await perform(server.address, script, {
    paceMs,
    show: createProgress(script.length, process.stdout),
  });
  const after = server.usage();
  const cost = before && after && { ...after, cpuMs: after.cpuMs - before.cpuMs };
  process.stdout.write(writeReport(outcome, cost));
  if (outcome.faults.length > 0) process.exitCode = 1;
} finally {
  const exitCode = await server.stop();
  if (exitCode !== 0) {
    console.error(`The server ended with exit code ${exitCode}.`);
    process.exitCode = 1;
  }
}

/**
 * Loaded before a server under test (`node --expose-gc --import`), so that its own code needs no hooks: tells the
 * process that started it the ports it listens on and, when asked, what it has used so far.
 */

import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the other side may ask. */
export type Question = 'cpu' | 'memory';

/** What the probe sends: each port as it is opened, then one answer to each question. */
export interface Answers {
  readonly port: number;
  /** Used by all threads of the process since its start. */
  readonly cpuSeconds: number;
  /** After collections. */
  readonly memory: Memory;
}

export interface Memory {
  /** JavaScript heap in use, and what it holds outside of the heap. */
  readonly heapAndExternalBytes: number;
  /** Resident set of the process. */
  readonly residentBytes: number;
}

/** Lets go also of compiled code that is not used any more, which otherwise goes at some time in the middle of a measure. */
const COLLECT_EVERYTHING = { type: 'major', execution: 'sync', flavor: 'last-resort' } as const;
/** Collections follow each other until one frees less than this part of the memory. */
const STABLE = 0.001;
const PAUSE_MS = 100;

function tell(answer: Partial<Answers>): void {
  process.send?.(answer);
}

async function readMemory(): Promise<Memory> {
  let last = Infinity;
  for (;;) {
    globalThis.gc?.(COLLECT_EVERYTHING);
    const { heapUsed, external, rss } = process.memoryUsage();
    const now = heapUsed + external;
    if (now > last * (1 - STABLE)) return { heapAndExternalBytes: now, residentBytes: rss };
    last = now;
    await sleep(PAUSE_MS);
  }
}

subscribe('tracing:net.server.listen:asyncEnd', (message) => {
  const address = (message as { server: Server }).server.address();
  if (address !== null && typeof address !== 'string') tell({ port: address.port });
});

process.on('message', (question: Question) => {
  const { user, system } = process.cpuUsage();
  if (question === 'cpu') tell({ cpuSeconds: (user + system) / 1e6 });
  else void readMemory().then((memory) => tell({ memory }));
});
// The channel must not keep alive a server that has been told to stop, nor a server outlive the measuring.
process.channel?.unref();
process.on('disconnect', () => process.exit(1));

/**
 * Measures what the server's work costs, beside what gRPC, HTTP or a storage alone costs on the same machine in the same minutes.
 * `--quick` does less of everything, `--json` prints one JSON document, `--only posts,pages` leaves the rest out.
 * A goal that is missed is a finding; the exit code is 1 only when something breaks.
 * `NODE_OPTIONS='--cpu-prof --cpu-prof-dir=profiles' node bench/main.ts --only posts` leaves a CPU profile of each process.
 */

import { parseArgs } from 'node:util';
import { measureFanOut } from './fan-out.ts';
import { measureFloods } from './floods/floods.ts';
import { measureFullChat } from './full-chat.ts';
import { GRPC } from './grpc/api.ts';
import { HTTP } from './http/api.ts';
import type { Measure } from './measure.ts';
import { measureMemory } from './memory.ts';
import { measurePages } from './pages.ts';
import { measurePosting } from './posting.ts';
import { toJson, toTable } from './report.ts';
import { FULL, QUICK, type Scale } from './scale.ts';
import { measureSharedPort } from './shared-port.ts';
import { measureStorages } from './storages/storages.ts';

const MEASURES: Readonly<Record<string, (scale: Scale) => Promise<Measure[]>>> = {
  posts: (scale) => measurePosting(GRPC, 0.75, scale),
  'http-posts': (scale) => measurePosting(HTTP, 0.65, scale),
  pages: measurePages,
  'fan-out': (scale) => measureFanOut(GRPC, 100_000, scale),
  'http-fan-out': (scale) => measureFanOut(HTTP, 80_000, scale),
  'shared-port': measureSharedPort,
  memory: measureMemory,
  'full-chat': measureFullChat,
  floods: measureFloods,
  storages: measureStorages,
};

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(MEASURES).join(',') },
  },
});

const measures: Measure[] = [];
for (const name of values.only.split(',')) {
  const measure = MEASURES[name];
  if (measure === undefined) throw new Error(`there is no ${name}; there are ${Object.keys(MEASURES).join(', ')}`);
  if (!values.json) process.stderr.write(`measuring ${name} …\n`);
  measures.push(...(await measure(values.quick ? QUICK : FULL)));
}
process.stdout.write(`${values.json ? toJson(measures) : toTable(measures)}\n`);

#!/usr/bin/env node
/** The `veche` program. */

import { readFileSync } from 'node:fs';
import { runCommandLine } from './cli/program.ts';

// Whoever read the output may be gone, as in `veche … | head`; that ends nothing else.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exit(
  await runCommandLine(process.argv.slice(2), {
    env: process.env,
    readFile: (path) => readFileSync(path, 'utf8'),
    write: (text) => process.stdout.write(text),
    writeError: (text) => process.stderr.write(text),
  }),
);

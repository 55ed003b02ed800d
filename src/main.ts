#!/usr/bin/env node
/** The `veche` program. */

import { readFileSync } from 'node:fs';
import { runCommandLine } from './cli/program.ts';

process.exit(
  await runCommandLine(process.argv.slice(2), {
    env: process.env,
    readFile: (path) => readFileSync(path, 'utf8'),
    write: (text) => process.stdout.write(text),
    writeError: (text) => process.stderr.write(text),
  }),
);

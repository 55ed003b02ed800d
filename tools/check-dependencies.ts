/** Fails where a package that this one depends on is not as it should be. Asks nobody: all is in the lock file. */

import { readFileSync } from 'node:fs';
import { dependencyProblems, type LockFile, type Manifest } from './dependency-problems.ts';

const problems = dependencyProblems(read('package.json') as Manifest, read('package-lock.json') as LockFile);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
}

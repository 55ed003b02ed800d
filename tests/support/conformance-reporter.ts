/** Says at the end of a run how many conformance tests passed on each storage, and lets it fail where they differ. */

import type { Reporter } from 'vitest/node';
import { compareCounts, storageOfSuite } from './conformance-count.ts';

/** The runner makes it. */
export default class ConformanceReporter implements Reporter {
  onTestRunEnd(modules: Parameters<NonNullable<Reporter['onTestRunEnd']>>[0]): void {
    const passed = new Map<string, number>();
    for (const suite of modules.flatMap(({ children }) => [...children.suites()])) {
      const storage = storageOfSuite(suite.name);
      if (storage === undefined) continue;
      passed.set(storage, (passed.get(storage) ?? 0) + [...suite.children.allTests('passed')].length);
    }
    const result = compareCounts(passed);
    if (result === undefined) return;
    process.stdout.write(`\n${result.line}\n`);
    if (!result.isEqual) process.exitCode = 1;
  }
}

/** How many tests of the conformance suite ran on each storage: the same, or something was left out. */

/** The storages that must be there. */
const STORAGES = ['memory', 'redis', 'redis-cluster', 'postgres'];

/** The storage whose conformance tests a suite of this name holds, in lower case and without blanks, if it does. */
export function storageOfSuite(name: string): string | undefined {
  return /^the (.+) storage$/.exec(name)?.[1]?.toLowerCase().replaceAll(' ', '-');
}

/**
 * Puts the numbers in one line.
 * @param passed of each storage; empty where the suite did not run at all, of which nothing is said.
 * @returns the line, and whether every storage kept as much.
 */
export function compareCounts(passed: ReadonlyMap<string, number>): { line: string; isEqual: boolean } | undefined {
  if (passed.size === 0) return undefined;
  const names = new Set([...STORAGES, ...passed.keys()]);
  const counts = [...names].map((name) => passed.get(name) ?? 0);
  const isEqual = new Set(counts).size === 1 && counts[0] !== 0;
  const listed = [...names].map((name, index) => `${name} ${counts[index]}`).join(', ');
  return { line: `conformance tests passed: ${listed}${isEqual ? '' : ' (they must be the same)'}`, isEqual };
}

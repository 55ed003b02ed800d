/** Ends many streams over a while: their readers come back elsewhere, and not all in the same moment. */

/** Where there are few, nobody has to wait: not fewer than this many are ended in a second. */
const MIN_ENDED_PER_SECOND = 500;
const STEP_MS = 20;

/**
 * Ends all, in random order and at an even pace, over at most `spreadMs`, less where they are few.
 * @returns when the last has been told.
 */
export async function endSpread<T>(items: Iterable<T>, spreadMs: number, end: (item: T) => void): Promise<void> {
  const waiting = shuffle([...items]);
  const perMs = Math.max(MIN_ENDED_PER_SECOND / 1_000, waiting.length / spreadMs);
  const begunAt = performance.now();
  for (let ended = 0; ;) {
    // By the time that has passed and not by steps, which take longer on a machine that is busy.
    const due = Math.ceil((performance.now() - begunAt + STEP_MS) * perMs);
    for (; ended < Math.min(due, waiting.length); ended++) end(waiting[ended]!);
    if (ended === waiting.length) return;
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

/** In an order that says nothing about who came first. */
function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

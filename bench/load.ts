/** What the measures send. */

/** A message's text: 100 ASCII characters. */
export const TEXT =
  'They agreed to meet by the river at noon, to bring bread and tea, and to talk it over until evening.';
/** The same length in Cyrillic. */
export const CYRILLIC_TEXT =
  'Сошлись на том, что встретятся в полдень у реки, принесут хлеб и чай и до вечера всё вместе обсудят.';
/** Messages in a page. */
export const PAGE_SIZE = 50;

const IN_FLIGHT = 64;

/**
 * Does something `count` times, `IN_FLIGHT` at a time: as many workers, each of whom does one thing after another.
 * @returns the count.
 */
export async function load(count: number, step: (index: number, worker: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const work = async (_: unknown, worker: number): Promise<void> => {
    while (next < count) await step(next++, worker);
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, work));
  return count;
}

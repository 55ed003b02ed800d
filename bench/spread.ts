/** What several rounds come to. */

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @param values at least one. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, least: at(0), most: at(sorted.length - 1) };
}

/** How the rounds of one side compare with those of another. */
export interface Ratio {
  /** Of the two medians: a single round may meet a collection or a busy neighbour. */
  readonly ofMedians: number;
  /** Of single rounds. */
  readonly least: number;
  readonly most: number;
}

/** @param values as many as there are in `besides`, round by round. */
export function ratioOf(values: readonly number[], besides: readonly number[]): Ratio {
  const { least, most } = spreadOf(values.map((value, round) => value / (besides[round] ?? Number.NaN)));
  return { ofMedians: spreadOf(values).median / spreadOf(besides).median, least, most };
}

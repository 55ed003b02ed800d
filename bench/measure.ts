/** What the benchmark finds out: each measure with its rounds, what it is compared with and what it should reach. */

import type { Scale } from './scale.ts';
import { ratioOf, spreadOf, type Ratio, type Spread } from './spread.ts';
import type { Target } from './target.ts';

/** One measure as reported. */
export interface Measure {
  readonly name: string;
  /** Of `figure` and `beside`. */
  readonly unit: string;
  readonly figure: Spread;
  /** The same from what the measure is compared with. */
  readonly beside?: { readonly name: string; readonly figure: Spread; readonly ratio: Ratio };
  readonly goal?: { readonly text: string; readonly reached: boolean };
  readonly rounds: readonly unknown[];
}

/** What one server did in one round. */
interface Effort {
  /** Posts, pages, deliveries. */
  readonly work: number;
  /** Of the server's process. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly workPerCpuSecond: number;
}

/** One side of a comparison: a server and a task that returns how much work was done. */
export interface Side {
  readonly target: Pick<Target, 'process'>;
  readonly task: () => Promise<number>;
}

/** A measure of work per CPU-second with something beside it. */
export type Comparison = Measure & Required<Pick<Measure, 'beside'>>;

/**
 * Lets two servers work in turn, after rounds that only warm up, so that whatever else happens on the machine meets
 * both alike.
 */
export async function compare(
  name: string,
  { warmUpRounds, rounds }: Scale,
  sides: { readonly veche: Side; readonly beside: Side & { readonly name: string } },
): Promise<Comparison> {
  const done: { readonly veche: Effort; readonly beside: Effort }[] = [];
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const efforts = { veche: await run(sides.veche), beside: await run(sides.beside) };
    if (round >= 0) done.push(efforts);
  }
  const figures = done.map(({ veche }) => veche.workPerCpuSecond);
  const besides = done.map(({ beside }) => beside.workPerCpuSecond);
  return {
    name,
    unit: 'per CPU-second',
    figure: spreadOf(figures),
    beside: { name: sides.beside.name, figure: spreadOf(besides), ratio: ratioOf(figures, besides) },
    rounds: done,
  };
}

async function run({ target, task }: Side): Promise<Effort> {
  const cpuBefore = await target.process.cpuSeconds();
  const startedAt = performance.now();
  const work = await task();
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const cpuSeconds = (await target.process.cpuSeconds()) - cpuBefore;
  return { work, cpuSeconds, wallSeconds, workPerCpuSecond: work / cpuSeconds };
}

/** Sets the part of what is beside a measure that its own figure is to reach. */
export function withGoal(measure: Comparison, goal: number): Comparison {
  const { name, ratio } = measure.beside;
  return { ...measure, goal: { text: `at least ${goal} of ${name}`, reached: ratio.ofMedians >= goal } };
}

/** What the benchmark finds out: each measure with its rounds, what it is compared with and what it should reach. */

import type { Scale } from './scale.ts';
import { ratioOf, spreadOf, type Ratio, type Spread } from './spread.ts';

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

/** What one side did in one round. */
interface Effort {
  /** Posts, pages, deliveries. */
  readonly work: number;
  /** Of the process that is measured. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly workPerCpuSecond: number;
  readonly workPerSecond: number;
}

/** A process whose CPU time can be read. */
export interface MeasuredProcess {
  /** CPU time used so far by all of its threads. */
  cpuSeconds(): Promise<number>;
}

/** One side of a comparison: whose CPU time counts, and a task that returns how much work was done. */
export interface Side {
  readonly target: { readonly process: MeasuredProcess };
  readonly task: () => Promise<number>;
}

/** A measure of work with something beside it. */
export type Comparison = Measure & Required<Pick<Measure, 'beside'>>;

/** What work is divided by: CPU time says what it costs here, time what else it has to wait for. */
export type Unit = 'per CPU-second' | 'per second';

const FIGURES = {
  'per CPU-second': (effort: Effort) => effort.workPerCpuSecond,
  'per second': (effort: Effort) => effort.workPerSecond,
} as const satisfies Readonly<Record<Unit, (effort: Effort) => number>>;

/** Rounds in which the same sides have worked in turn. */
export type Rounds<Name extends string> = readonly Readonly<Record<Name, Effort>>[];

/** Lets Veche and another server work in turn. */
export async function compare(
  name: string,
  scale: Pick<Scale, 'warmUpRounds' | 'rounds'>,
  { veche, beside }: { readonly veche: Side; readonly beside: Side & { readonly name: string } },
  unit: Unit = 'per CPU-second',
): Promise<Comparison> {
  const rounds = await takeTurns(scale, { veche, beside });
  return comparison(name, unit, rounds, 'veche', { side: 'beside', name: beside.name });
}

/**
 * Lets several sides work in turn, after rounds that only warm up, so that whatever else happens on the machine meets
 * all alike.
 */
export async function takeTurns<Name extends string>(
  { warmUpRounds, rounds }: Pick<Scale, 'warmUpRounds' | 'rounds'>,
  sides: Readonly<Record<Name, Side>>,
): Promise<Rounds<Name>> {
  const done: Record<Name, Effort>[] = [];
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const efforts: Partial<Record<Name, Effort>> = {};
    for (const name in sides) efforts[name] = await run(sides[name]);
    if (round >= 0) done.push(efforts as Record<Name, Effort>);
  }
  return done;
}

/** What rounds say of one side beside another. */
export function comparison<Name extends string>(
  name: string,
  unit: Unit,
  rounds: Rounds<Name>,
  side: Name,
  beside: { readonly side: Name; readonly name: string },
): Comparison {
  const figures = rounds.map((efforts) => FIGURES[unit](efforts[side]));
  const besides = rounds.map((efforts) => FIGURES[unit](efforts[beside.side]));
  return {
    name,
    unit,
    figure: spreadOf(figures),
    beside: { name: beside.name, figure: spreadOf(besides), ratio: ratioOf(figures, besides) },
    rounds: rounds.map((efforts) => ({ veche: efforts[side], beside: efforts[beside.side] })),
  };
}

async function run({ target, task }: Side): Promise<Effort> {
  const cpuBefore = await target.process.cpuSeconds();
  const startedAt = performance.now();
  const work = await task();
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const cpuSeconds = (await target.process.cpuSeconds()) - cpuBefore;
  return { work, cpuSeconds, wallSeconds, workPerCpuSecond: work / cpuSeconds, workPerSecond: work / wallSeconds };
}

/** Sets the part of what is beside a measure that its own figure is to reach. */
export function withGoal(measure: Comparison, goal: number): Comparison {
  const { name, ratio } = measure.beside;
  return { ...measure, goal: { text: `at least ${goal} of ${name}`, reached: ratio.ofMedians >= goal } };
}

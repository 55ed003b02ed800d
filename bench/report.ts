/** The findings as a table for people and as one JSON document for programs. */

import { availableParallelism, cpus } from 'node:os';
import type { Measure } from './measure.ts';
import type { Ratio } from './spread.ts';

/** Where and when it was measured. */
function circumstances(): { readonly date: string; readonly node: string; readonly cpus: string } {
  const [cpu] = cpus();
  return {
    date: new Date().toISOString(),
    node: process.version,
    cpus: `${availableParallelism()} × ${cpu?.model ?? 'unknown'}`,
  };
}

/** Everything that is known, rounds included. */
export function toJson(measures: readonly Measure[]): string {
  return JSON.stringify({ ...circumstances(), measures }, undefined, 2);
}

/** One line per measure; medians of the rounds, in brackets the least and the most. */
export function toTable(measures: readonly Measure[]): string {
  const rows = measures.map(({ name, unit, figure, beside, goal }) => [
    name,
    `${whole(figure.median)} ${unit}`,
    beside === undefined ? '' : `${beside.name}: ${whole(beside.figure.median)}`,
    beside === undefined ? '' : ratio(beside.ratio),
    goal === undefined ? '' : `${goal.reached ? 'reached' : 'NOT REACHED'} (${goal.text})`,
  ]);
  const lines = [['measure', 'Veche', 'beside it', 'ratio', 'goal'], ...rows];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const table = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const { date, node, cpus } = circumstances();
  return [...table.map((line) => line.trimEnd()), '', `Node ${node}, ${cpus}, ${date}`].join('\n');
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function ratio({ ofMedians, least, most }: Ratio): string {
  const spread = least === most ? '' : ` (${least.toFixed(2)} to ${most.toFixed(2)})`;
  return `${ofMedians.toFixed(2)}${spread}`;
}

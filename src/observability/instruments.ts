/**
 * What the hot path counts with: plain numbers, found once for their labels. The library looks the labels up by text at every
 * count, which costs a post several per cent (0.3 µs for a counter and 0.7 µs for a histogram, of which it takes six); so it
 * only collects and writes what is counted here.
 */

import type { MetricRow } from './metric-table.ts';

/** The labels of a metric, one value each. */
export type LabelsOf<Row extends MetricRow> = {
  readonly [Name in keyof Row['labels']]: Row['labels'][Name] extends readonly (infer Value)[] ? Value : never;
};

/** One line of what a scrape shows of a metric. */
export interface Sample {
  /** Of the parts of a histogram. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** What is counted with, for one combination of labels. */
interface Child {
  /** What a scrape shows. @param name of the metric. */
  samples(name: string, labels: Sample['labels']): readonly Sample[];
}

/** A counter or a gauge with its labels. */
export class Tally implements Child {
  #value = 0;

  add(count: number): void {
    this.#value += count;
  }

  /** Of a gauge. */
  set(value: number): void {
    this.#value = value;
  }

  samples(_name: string, labels: Sample['labels']): readonly Sample[] {
    return [{ labels, value: this.#value }];
  }
}

/** A histogram with its labels. */
export class Distribution implements Child {
  readonly #bounds: readonly number[];
  /** For each bucket, and for what is beyond the last one. */
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = [...bounds, Infinity].map(() => 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > this.#bounds[bucket]!) bucket++;
    this.#counts[bucket]!++;
    this.#sum += value;
  }

  /** As Prometheus has it: each bucket holds those before it, too. */
  samples(name: string, labels: Sample['labels']): readonly Sample[] {
    let count = 0;
    const buckets = this.#counts.map((inBucket, index) => {
      count += inBucket;
      return {
        metricName: `${name}_bucket`,
        labels: { ...labels, le: this.#bounds[index] ?? '+Inf' },
        value: count,
      };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

/** What is counted of one metric: a child for each combination of labels that was ever asked for. */
export class Family<Labels extends object, C extends Child> {
  readonly #name: string;
  readonly #make: () => C;
  readonly #children = new Map<string, { readonly labels: Labels; readonly child: C }>();

  constructor(name: string, make: () => C) {
    this.#name = name;
    this.#make = make;
  }

  /** The child with these labels, always the same. To be asked for once and kept, not at every count: see `Kept`. */
  with(labels: Labels): C {
    const key = JSON.stringify(labels);
    let entry = this.#children.get(key);
    if (entry === undefined) {
      entry = { labels, child: this.#make() };
      this.#children.set(key, entry);
    }
    return entry.child;
  }

  /** Shows nothing until a child is asked for again. */
  clear(): void {
    this.#children.clear();
  }

  samples(): readonly Sample[] {
    const all = Array.from(this.#children.values(), ({ labels, child }) =>
      child.samples(this.#name, labels as Sample['labels']),
    );
    return all.flat();
  }
}

/** Children kept by the value of one label, each found when it is first asked for: what never happens is not shown. */
export class Kept<Value extends string, Found> {
  readonly #children = new Map<Value, Found>();
  readonly #find: (value: Value) => Found;

  constructor(find: (value: Value) => Found) {
    this.#find = find;
  }

  of(value: Value): Found {
    let child = this.#children.get(value);
    if (child === undefined) {
      child = this.#find(value);
      this.#children.set(value, child);
    }
    return child;
  }
}

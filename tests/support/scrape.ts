/** Reads metrics as Prometheus does. */

/** One line of a scrape. */
export interface Scraped {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All lines of one scrape. */
export class Scrape {
  readonly text: string;
  readonly lines: readonly Scraped[];

  constructor(text: string) {
    this.text = text;
    this.lines = Array.from(text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm), ([, name = '', labels = '', value]) => ({
      name,
      labels: Object.fromEntries(Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, label, text]) => [label, text])),
      value: Number(value),
    }));
  }

  /** The metrics, by name, that have a line. A histogram has several, of one metric. */
  get names(): ReadonlySet<string> {
    const kinds = new Map(Array.from(this.text.matchAll(/^# TYPE (\w+) (\w+)$/gm), ([, name, kind]) => [name, kind]));
    return new Set(
      this.lines.map(({ name }) => {
        const whole = name.replace(/_(bucket|sum|count)$/, '');
        return kinds.get(whole) === 'histogram' ? whole : name;
      }),
    );
  }

  /** The sum of the lines of a metric that have these labels; absent if there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const found = this.lines.filter(
      (line) => line.name === name && Object.entries(labels).every(([label, text]) => line.labels[label] === text),
    );
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  }
}

/** Scrapes the server at a port. */
export async function scrape(port: number): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
  return new Scrape(await response.text());
}

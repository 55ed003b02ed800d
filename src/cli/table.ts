/** Lines of columns, for people. */

/** One column. The last has no width: it is as wide as what is in it. */
export interface Column<Item> {
  readonly title: string;
  readonly width?: number;
  readonly value: (item: Item) => string;
}

/** A heading, and how each item becomes a line below it. */
export function tableOf<Item>(columns: readonly Column<Item>[]): {
  readonly heading: string;
  readonly line: (item: Item) => string;
} {
  const lineOf = (cell: (column: Column<Item>) => string): string =>
    `${columns.map((column) => cell(column).padEnd(column.width ?? 0)).join('  ')}\n`;
  return { heading: lineOf(({ title }) => title), line: (item) => lineOf(({ value }) => value(item)) };
}

/** Puts a generated table into its place in a page. */

/**
 * Gives the text with `table` between the marks `<!-- name -->` and `<!-- /name -->`.
 * @throws if the text has no such place.
 */
export function withTable(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`there is no place for the table ${name}`);
  return text.slice(0, from + begin.length) + table + text.slice(to);
}

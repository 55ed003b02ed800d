/** Writes the pages of `docs/` that are tables of the code: what is between the marks is theirs, the words around it ours. */

import { readFileSync, writeFileSync } from 'node:fs';
import { DOCUMENTED_TABLES } from './documented-tables.ts';
import { withTable } from './with-table.ts';

const ROOT = new URL('../', import.meta.url);

/** The folder to write under, in the place of the repository's. */
const [, , root = ROOT.pathname] = process.argv;

for (const page of new Set(DOCUMENTED_TABLES.map((table) => table.page))) {
  const path = `docs/${page}.md`;
  const tables = DOCUMENTED_TABLES.filter((table) => table.page === page);
  const text = readFileSync(new URL(path, ROOT), 'utf8');
  writeFileSync(
    `${root}/${path}`,
    tables.reduce((written, { name, table }) => withTable(written, name, table()), text),
  );
}

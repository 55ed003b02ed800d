/** Writes the Grafana dashboard as the file that is provisioned. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dashboard } from './dashboard.ts';

const FOLDER = 'deploy/grafana/dashboards';

/** The folder to write under, in the place of the repository's. */
const [, , root = new URL('../', import.meta.url).pathname] = process.argv;

mkdirSync(`${root}/${FOLDER}`, { recursive: true });
writeFileSync(`${root}/${FOLDER}/veche.json`, `${JSON.stringify(dashboard(), undefined, 2)}\n`);

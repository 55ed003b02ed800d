/** Settings from the environment: `VECHE_PORT`, and `VECHE_…_FILE` for the path of a file that holds a secret. */

import type { SettingTable } from './setting.ts';
import { rowsOf, unknownName, variableOf, type GivenValue, type ReadFile, type Source } from './source.ts';

/** What Kubernetes puts into every pod for a service named `veche`: none of our business. */
const OF_KUBERNETES = /^VECHE_(?:SERVICE_|PORT_.*_TCP)/;
/** The same for a service named `veche-something`: indistinguishable from a misspelt setting. */
const LIKE_KUBERNETES = /_SERVICE_HOST$|_SERVICE_PORT|_PORT$|_PORT_.*_TCP/;
const KUBERNETES_HINT =
  'Kubernetes sets variables like this in every pod for a service whose name begins with "veche": ' +
  'put "enableServiceLinks: false" into the spec of the pod, or give the service another name';

/**
 * Reads the variables that begin with `VECHE_`. That of a setting counts as not set when it is empty, as where a template
 * had nothing to fill in; one that does not exist is a problem whatever it holds.
 */
export function readVariables(table: SettingTable, env: NodeJS.ProcessEnv, readFile: ReadFile): Source {
  const values = new Map<string, GivenValue>();
  const problems: string[] = [];
  const known = new Set<string>();

  for (const [name, { secret }] of rowsOf(table)) {
    const variable = variableOf(name);
    known.add(variable);
    const text = env[variable] ?? '';
    const hint = text.startsWith('tcp://') ? KUBERNETES_HINT : undefined;
    if (text !== '') values.set(name, { text, origin: variable, hint });
    if (secret !== true) continue;

    const fileVariable = `${variable}_FILE`;
    known.add(fileVariable);
    const path = env[fileVariable] ?? '';
    if (path === '') continue;
    if (text !== '') problems.push(`${name}: only one of ${variable} and ${fileVariable} may be set`);
    try {
      values.set(name, { text: readFile(path).trimEnd(), origin: fileVariable });
    } catch (error) {
      problems.push(`${name}: cannot read "${path}" (${fileVariable}): ${(error as Error).message}`);
    }
  }

  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('VECHE_') || known.has(variable) || OF_KUBERNETES.test(variable)) continue;
    const hint = LIKE_KUBERNETES.test(variable) ? `. ${KUBERNETES_HINT}` : '';
    problems.push(unknownName('variable', variable, known) + hint);
  }
  return { values, problems };
}

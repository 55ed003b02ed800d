/** Settings from a YAML file whose keys are the names of the flags. */

import { parseDocument } from 'yaml';
import type { SettingTable } from './setting.ts';
import { rowsOf, unknownName, type GivenValue, type ReadFile, type Source } from './source.ts';

/** Reads the file. A key without a value counts as not set. */
export function readSettingsFile(table: SettingTable, path: string, readFile: ReadFile): Source {
  const values = new Map<string, GivenValue>();
  const problems: string[] = [];
  const settings = readMapping(path, readFile);
  if (!(settings instanceof Map)) return { values, problems: settings };

  const names = rowsOf(table)
    .map(([name]) => name)
    .filter((name) => name !== 'config');
  for (const [key, value] of settings) {
    const name = String(key);
    if (!names.includes(name)) problems.push(`${path}: ${unknownName('setting', name, names)}`);
    else if (typeof value !== 'string') problems.push(`${path}: ${name} must be a single value`);
    else if (value !== '') values.set(name, { text: value, origin: path });
  }
  return { values, problems };
}

/** The file's mapping, or what keeps it from being one. */
function readMapping(path: string, readFile: ReadFile): Map<unknown, unknown> | string[] {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    return [`config: cannot read "${path}": ${(error as Error).message}`];
  }
  // The failsafe schema leaves every value the text that was written: each setting reads its own.
  const document = parseDocument(text, { schema: 'failsafe' });
  if (document.errors.length > 0) return document.errors.map(({ message }) => `${path}: ${message.trimEnd()}`);
  const content: unknown = document.toJS({ mapAsMap: true });
  if (content === null || content === '') return new Map();
  return content instanceof Map ? content : [`${path}: must be a mapping of settings to values, such as "port: 8080"`];
}

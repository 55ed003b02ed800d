/** Settings from a YAML file whose keys are the names of the flags. */

import { parseDocument } from 'yaml';
import { allowedFor, type Setting, type SettingTable } from './setting.ts';
import { rowsOf, unknownName, type GivenValue, type ReadFile, type Source } from './source.ts';

/** Reads the file. A key without a value counts as not set. */
export function readSettingsFile(table: SettingTable, path: string, readFile: ReadFile): Source {
  const values = new Map<string, GivenValue>();
  const problems: string[] = [];
  const settings = readMapping(path, readFile);
  if (!(settings instanceof Map)) return { values, problems: settings };

  const rows = new Map(rowsOf(table).filter(([name]) => name !== 'config'));
  for (const [key, value] of settings) {
    const name = String(key);
    const setting = rows.get(name);
    if (setting === undefined) problems.push(`${path}: ${unknownName('setting', name, rows.keys())}`);
    else if (typeof value !== 'string') problems.push(notSingle(name, setting, path));
    else if (value !== '') values.set(name, { text: value, origin: path });
  }
  return { values, problems };
}

function notSingle(name: string, setting: Setting, path: string): string {
  return `${name} is a list or a mapping (${path}); it must be ${allowedFor(setting)}`;
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
  if (document.errors.length > 0) return document.errors.map((error) => notYaml(path, error));
  let content: unknown;
  try {
    content = document.toJS({ mapAsMap: true });
  } catch (error) {
    return [notYaml(path, error as Error)];
  }
  if (content === null || content === '') return new Map();
  return content instanceof Map ? content : [`${path}: must be a mapping of settings to values, such as "port: 8080"`];
}

/** What the parser says, without the piece of the file that it shows: a secret may stand there. */
function notYaml(path: string, { message }: Error): string {
  return `${path}: ${message.replace(/:?\n.*/s, '')}`;
}

/** The settings in effect, as a settings file that says where each value came from. */

import { stringify } from 'yaml';
import type { ResolvedSettings } from './resolve-settings.ts';
import { NONE, type Setting, type SettingTable } from './setting.ts';
import { rowsOf } from './source.ts';

/** A line per setting, with where it came from as a comment; secrets are masked. */
export function describeSettings<Table extends SettingTable>(
  table: Table,
  { values, origins }: ResolvedSettings<Table>,
): string {
  const lines = rowsOf(table).map(([name, setting]) => {
    const text = describeValue(setting, values[name]);
    // The file does not name itself.
    const key = name === 'config' ? `# ${name}` : name;
    return {
      entry: `${key}: ${stringify(text, { schema: 'failsafe', lineWidth: 0 }).trimEnd()}`,
      origin: origins[name],
    };
  });
  const width = Math.max(...lines.map(({ entry }) => entry.length));
  return lines.map(({ entry, origin }) => `${entry.padEnd(width)}  # ${origin}\n`).join('');
}

function describeValue({ kind, secret }: Setting, value: unknown): string {
  if (value === undefined) return NONE;
  if (secret !== true) return kind.write(value);
  return kind.mask?.(value) ?? '***';
}

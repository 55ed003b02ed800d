/** The settings as a table for the documentation. */

import { NONE } from './setting.ts';
import { SETTINGS } from './settings.ts';
import { flagOf, rowsOf } from './source.ts';

/** A Markdown table with a row per setting, in the order of the help, ending with a line feed. */
export function settingsMarkdown(): string {
  const rows = rowsOf(SETTINGS).map(([name, setting]) => {
    const value = setting.default === undefined ? NONE : setting.kind.write(setting.default);
    return `| \`${flagOf(name)}\` | \`${value}\` | ${setting.description} | ${setting.kind.allowed} |\n`;
  });
  return `| flag | default | meaning | allowed |\n|---|---|---|---|\n${rows.join('')}`;
}

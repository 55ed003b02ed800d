/** Which tables of the code stand in which page of `docs/`. */

import { settingsMarkdown } from '../src/config/settings-markdown.ts';
import { errorsMarkdown } from './errors-markdown.ts';
import { labelsMarkdown, metricsMarkdown, processMetricsMarkdown } from './metrics-markdown.ts';

/** A table, and its place. */
export interface DocumentedTable {
  /** `docs/<page>.md` */
  readonly page: string;
  /** Of the marks around it. */
  readonly name: string;
  /** Markdown, ending with a line feed. */
  readonly table: () => string;
}

/** Every table. `make generate` writes them, `make check` compares. */
export const DOCUMENTED_TABLES: readonly DocumentedTable[] = [
  { page: 'configuration', name: 'settings', table: settingsMarkdown },
  { page: 'errors', name: 'errors', table: errorsMarkdown },
  { page: 'metrics', name: 'metrics', table: metricsMarkdown },
  { page: 'metrics', name: 'labels', table: labelsMarkdown },
  { page: 'metrics', name: 'process metrics', table: processMetricsMarkdown },
];

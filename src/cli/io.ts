/** What a command has to do with the world around it. */

import type { ReadFile } from '../config/source.ts';

export interface Io {
  readonly env: NodeJS.ProcessEnv;
  readonly readFile: ReadFile;
  /** Standard output. */
  write(text: string): void;
  /** Standard error. */
  writeError(text: string): void;
}

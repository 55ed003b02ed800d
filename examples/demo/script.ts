/** The script: who says what, in which order. */

import { readFileSync } from 'node:fs';

const LEAST_LINES = 1_000;
const LEAST_SPEAKERS = 10;

/** One line of a speech. */
export interface Line {
  /** As others see it: `Hamlet`. */
  readonly speaker: string;
  readonly text: string;
}

/**
 * Reads the script beside this file.
 * @throws if it is not the conversation of at least 1,000 lines with at least ten speakers that it should be.
 */
export function readScript(): readonly Line[] {
  const script = parseScript(readFileSync(new URL('hamlet.txt', import.meta.url), 'utf8'));
  const speakers = speakersOf(script);
  if (script.length < LEAST_LINES || speakers.length < LEAST_SPEAKERS) {
    throw new Error(
      `hamlet.txt has ${script.length} lines by ${speakers.length} speakers; ` +
        `the demo wants at least ${LEAST_LINES} lines by ${LEAST_SPEAKERS}`,
    );
  }
  return script;
}

/** Reads speeches: a name, then the lines that it speaks, up to an empty line. Lines that begin with # are left out. */
export function parseScript(text: string): readonly Line[] {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .split(/\n{2,}/)
    .flatMap((speech) => {
      const [name = '', ...lines] = speech.trim().split('\n');
      return lines.map((line) => ({ speaker: name.charAt(0) + name.slice(1).toLowerCase(), text: line }));
    });
}

/** Everyone who speaks, in the order of their first lines. */
export function speakersOf(script: readonly Line[]): readonly string[] {
  return [...new Set(script.map(({ speaker }) => speaker))];
}

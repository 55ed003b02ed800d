/** Shows how far the play is: one line that changes on a terminal, a line now and then elsewhere. */

import type { Line } from './script.ts';

const REDRAW_AFTER_MS = 50;
const PLAIN_EVERY_LINES = 250;

/** Called after each line that was spoken, with how many there are now. */
export type ShowProgress = (spoken: number, line: Line) => void;

/** Makes the progress display for a play of so many lines. */
export function createProgress(total: number, out: NodeJS.WriteStream): ShowProgress {
  let drawnAt = 0;
  return (spoken, { speaker, text }) => {
    if (!out.isTTY) {
      if (spoken % PLAIN_EVERY_LINES === 0) out.write(`${spoken} of ${total} lines\n`);
      return;
    }
    const now = performance.now();
    if (spoken === total) {
      out.write('\r\u001B[K');
    } else if (now - drawnAt > REDRAW_AFTER_MS) {
      drawnAt = now;
      out.write(`\r\u001B[K${`${spoken} of ${total}  ${speaker}: ${text}`.slice(0, (out.columns || 80) - 1)}`);
    }
  };
}

/** The demo as people run it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { ALL_IS_WELL } from '../examples/demo/report.ts';

describe('the demo', () => {
  test(
    'replays the conversation and ends by saying that every reader got every line',
    { timeout: 90_000 },
    async () => {
      const demo = spawn(process.execPath, ['examples/demo/demo.ts'], { stdio: ['ignore', 'pipe', 'pipe'] });
      const [output, errors, [exitCode]] = await Promise.all([
        text(demo.stdout),
        text(demo.stderr),
        once(demo, 'exit'),
      ]);

      expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
      expect(output.trimEnd().split('\n').at(-1)).toBe(ALL_IS_WELL);
    },
  );
});

import { expect, test } from 'vitest';
import { Coverage, documentedCodes } from './coverage.ts';
import { HttpPlay } from './http-play.ts';
import { httpScenarios } from './http-scenario.ts';
import { IS_FULL_RUN, RUN_TIMEOUT_MS } from './run-settings.ts';
import { playScenarios } from './scenarios.ts';
import { SMALL_LIMITS } from './world.ts';

test(
  'whatever is asked over HTTP, every answer is one that the document has, and the server stays sound',
  { timeout: RUN_TIMEOUT_MS },
  async () => {
    const coverage = new Coverage(documentedCodes());
    const play = { limits: SMALL_LIMITS, coverage };
    await playScenarios('HTTP', httpScenarios(SMALL_LIMITS), play, (world) => new HttpPlay(world, coverage));
    if (!IS_FULL_RUN) return;
    expect(coverage.missing).toEqual([]);
    expect(coverage.successRate).toBeGreaterThan(0.3);
  },
);

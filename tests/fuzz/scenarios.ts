/** Plays scenarios until one fails, and then ever smaller ones. */

import fc from 'fast-check';
import type { Limits } from '../../src/domain/limits.ts';
import type { Coverage } from './coverage.ts';
import { MAX_SHRINKING_MS, SCENARIOS, SEED } from './run-settings.ts';
import { World } from './world.ts';

/** What plays one scenario. */
export interface Play<Step> {
  /** Every request so far, each so that it can be made again. */
  readonly sent: readonly string[];
  /** Does what a step says. @throws Unsound */
  take(step: Step): Promise<void>;
  /** Looks at everything in the end. @throws Unsound */
  finish(): Promise<void>;
  close(): void;
}

/** How long a scenario may be. */
export const MAX_STEPS = 250;
/** How many calls are made at once. */
export const MOST_AT_ONCE = 6;

/** How long nothing happens: mostly not long, sometimes longer than anything is remembered. */
export const passing = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 30_000, max: 300_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 500_000, max: 4_000_000 }) },
);

/** What a failed scenario says of its requests: the last ones are all that a small one has. */
const LAST_REQUESTS = 40;

/** Plays scenarios, each on a server of its own. @throws an error with the seed, the smallest failure found, and its requests */
export async function playScenarios<Step>(
  title: string,
  steps: fc.Arbitrary<Step[]>,
  { limits, coverage }: { readonly limits: Limits; readonly coverage: Coverage },
  begin: (world: World) => Play<Step>,
): Promise<void> {
  console.info(`${title}: FUZZ_SEED=${SEED} FUZZ_RUNS=${SCENARIOS}`);
  let requests: readonly string[] = [];
  let shrinkUntil = Infinity;
  const property = fc.asyncProperty(steps, async (all) => {
    // What is not played any more counts as no failure: that of before is the smallest.
    if (performance.now() > shrinkUntil) return;
    const world = await World.start(limits);
    const play = begin(world);
    try {
      for (const step of all) await play.take(step);
      await play.finish();
    } catch (error) {
      requests = play.sent.slice(-LAST_REQUESTS);
      if (shrinkUntil === Infinity) console.error('to be made smaller:', error);
      shrinkUntil = Math.min(shrinkUntil, performance.now() + MAX_SHRINKING_MS);
      throw error;
    } finally {
      play.close();
      await world.app.close();
    }
  });
  const result = await fc.check(property, {
    numRuns: SCENARIOS,
    seed: SEED,
  });
  if (result.failed) {
    const { seed, numShrinks, errorInstance } = result;
    const cause = errorInstance instanceof Error ? (errorInstance.stack ?? '') : '';
    throw new Error(`FUZZ_SEED=${seed}, made smaller ${numShrinks} times: ${cause}\nafter\n${requests.join('\n')}`);
  }
  console.info(coverage.report(title));
}

/** How long a run of the fuzz tests is, and which: `FUZZ_SEED` plays one again, `FUZZ_RUNS` makes it longer. */

import { randomInt } from 'node:crypto';

const DEFAULT_SCENARIOS = 25;
const MAX_SEED = 2 ** 31;
const MAX_MS_PER_SCENARIO = 5_000;

/** Of how many scenarios a run consists. */
export const SCENARIOS = Number(process.env['FUZZ_RUNS'] ?? DEFAULT_SCENARIOS);
/** Where its choices begin. */
export const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(MAX_SEED));
/** Whether the run is long enough to be judged by what it has met. */
export const IS_FULL_RUN = SCENARIOS >= DEFAULT_SCENARIOS;
/** How long a failure may be made smaller. */
export const MAX_SHRINKING_MS = 30_000;
/** What a whole test may take. */
export const RUN_TIMEOUT_MS = 2 * MAX_SHRINKING_MS + SCENARIOS * MAX_MS_PER_SCENARIO;

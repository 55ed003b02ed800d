/** How a process of `veche` ends. */

/** Done, or stopped as told with everything finished. */
export const EXIT_OK = 0;
/** It could not start, could not finish in time, or failed unexpectedly. */
export const EXIT_FAILURE = 1;
/** The command line or the settings are wrong. */
export const EXIT_USAGE = 2;

/** What the help says about them. */
export const EXIT_CODES_HELP = `
Exit codes: ${EXIT_OK} stopped as told; ${EXIT_FAILURE} could not start, could not finish in time, or failed unexpectedly; ${EXIT_USAGE} wrong settings;
130 or 143 told a second time to stop (SIGINT, SIGTERM).`;

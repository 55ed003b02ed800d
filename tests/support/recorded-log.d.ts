/** A log that keeps its lines. */
import type { Log } from '../../src/service/log.ts';
/** The lines logged so far, as `level: message`. */
export declare function recordedLog(): Log & {
    readonly lines: readonly string[];
};

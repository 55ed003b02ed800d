/** A storage as it is on a bad day: far away, deaf, or not answering. */
import { type Storage } from '../../src/storage/storage.ts';
export interface Disturbance {
    /** How many turns of the event loop the next operation takes on each way. */
    readonly turns?: () => number;
    /** Whether the next notification is lost. */
    readonly losesWake?: () => boolean;
    /** Whether this operation fails now. */
    readonly fails?: (operation: string) => boolean;
}
export declare function disturbed(storage: Storage, disturbance: Disturbance): Storage;

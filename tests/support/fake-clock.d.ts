/** A clock that stands still until a test moves it. */
import type { Clock } from '../../src/service/clock.ts';
/** Starts on 1 January 2026 unless told otherwise. */
export declare class FakeClock implements Clock {
    #private;
    constructor(now?: number);
    /** How many wake-ups are due some day: what has been let go of holds none. */
    get pending(): number;
    now(): number;
    wakeAt(at: number, callback: () => void): () => void;
    /** Lets this much time pass: every wake-up that falls due is called at its time, in order, those set meanwhile too. */
    advance(ms: number): void;
}

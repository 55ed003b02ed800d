/** The far end of a stream: keeps what it is sent, and insists on the order that a stream promises. */
import type { EventSink, LiveEvent } from '../../src/live/events.ts';
export interface ReaderOptions {
    /** Takes an event only when told to by `take`. */
    readonly isSlow?: boolean;
}
export declare class Reader implements EventSink {
    #private;
    readonly events: LiveEvent[];
    constructor({ isSlow }?: ReaderOptions);
    get hasEnded(): boolean;
    /** Whether an event waits to be taken. */
    get isBusy(): boolean;
    /** The seqs of all messages received. */
    get seqs(): readonly number[];
    /** The last seq that any event reaches; undefined before the first event. */
    get reached(): number | undefined;
    /** Everything but the messages. */
    get marks(): readonly LiveEvent[];
    send(event: LiveEvent, taken: () => void): void;
    end(): void;
    /** Takes the event that waits, if one does. */
    take(): void;
    /** Takes what waits, and from now on everything at once. */
    hurry(): void;
    /** Resolves when what was received is as asked for. */
    until(isEnough: (reader: this) => boolean): Promise<void>;
    /** Resolves when the message of this seq is here. */
    untilSeq(seq: number): Promise<void>;
    untilEnd(): Promise<void>;
}
/** The event that says that everything kept has been delivered. */
export declare function caughtUp(seq: number): LiveEvent;

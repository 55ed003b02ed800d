/** People, chats and readers around a live hub on the memory storage, at a time that a test moves. */
import type { Message, User } from '../../src/domain/models.ts';
import { type LiveHub } from '../../src/live/live-hub.ts';
import type { Caller } from '../../src/service/calls.ts';
import type { Log } from '../../src/service/log.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { FakeClock } from './fake-clock.ts';
import { Reader, type ReaderOptions } from './reader.ts';
export declare const SESSION_TTL_MS: number;
/** A user with a live session. */
export interface Person {
    readonly user: User;
    readonly tokenHash: Uint8Array;
}
export interface SceneOptions {
    readonly maxStreamsPerSession?: number;
    readonly sessionTtlMs?: number;
    /** What the hub sees of the storage, for tests in which it is slow or fails. */
    readonly disturb?: (storage: Storage) => Storage;
    readonly log?: Log;
}
export declare class LiveScene {
    #private;
    readonly clock: FakeClock;
    readonly storage: Storage;
    readonly hub: LiveHub;
    constructor(options?: SceneOptions);
    /** Starts a session. */
    person(displayName?: string): Promise<Person>;
    /** Opens a chat. @returns its id. */
    chat(creator: Person, { maxMessages, ttlMs }?: {
        maxMessages?: number;
        ttlMs?: number;
    }): Promise<string>;
    /** Posts some messages. @returns the last. */
    post(author: Person, chatId: string, texts?: number | readonly string[]): Promise<Message>;
    /** A call of this person's, found live just now. */
    caller(person: Person, signal?: AbortSignal): Caller;
    /** Opens a stream that must not be refused. */
    read(person: Person, chatId: string, options?: ReaderOptions & {
        afterSeq?: number | undefined;
        signal?: AbortSignal;
    }): Promise<Reader>;
    /** Ends a session and closes its chats. */
    end({ user }: Person): Promise<void>;
    close({ user }: Person, chatId: string): Promise<void>;
}
/** Resolves when everything has happened that was bound to happen without time passing. */
export declare function quiet(turns?: number): Promise<void>;

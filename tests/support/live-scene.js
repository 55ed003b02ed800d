/** People, chats and readers around a live hub on the memory storage, at a time that a test moves. */
import { createHash, randomUUID } from 'node:crypto';
import { encodedSizeBound } from '../../src/domain/encoded-size.js';
import { Refusal } from '../../src/domain/errors.js';
import { createLiveHub } from '../../src/live/live-hub.js';
import { openMemoryStorage } from '../../src/storage/memory/open-memory-storage.js';
import { FakeClock } from './fake-clock.js';
import { Reader } from './reader.js';
export const SESSION_TTL_MS = 30 * 60_000;
const QUIET = { error() { }, warn() { }, info() { }, debug() { } };
export class LiveScene {
    clock = new FakeClock();
    storage = openMemoryStorage();
    hub;
    #sessionTtlMs;
    constructor(options = {}) {
        const { maxStreamsPerSession = 0, sessionTtlMs = SESSION_TTL_MS, disturb = (storage) => storage } = options;
        this.#sessionTtlMs = sessionTtlMs;
        this.hub = createLiveHub({
            storage: disturb(this.storage),
            clock: this.clock,
            log: options.log ?? QUIET,
            limits: { maxStreamsPerSession, sessionTtlMs },
        });
    }
    /** Starts a session. */
    async person(displayName = 'Ada') {
        const user = { userId: randomUUID(), displayName };
        const tokenHash = createHash('sha256').update(user.userId).digest();
        const ttlMs = this.#sessionTtlMs;
        accepted(await this.storage.createSession({ user, tokenHash, ttlMs, maxUsers: 0, now: this.clock.now() }));
        return { user, tokenHash };
    }
    /** Opens a chat. @returns its id. */
    async chat(creator, { maxMessages = 1_000, ttlMs } = {}) {
        const chat = {
            id: randomUUID(),
            title: '',
            creator: creator.user,
            createdAt: this.clock.now(),
            maxMessages,
            readOnly: false,
            unlisted: false,
            ttlMs,
        };
        return accepted(await this.storage.createChat({ chat, maxChats: 0, maxChatsPerUser: 0 })).id;
    }
    /** Posts some messages. @returns the last. */
    async post(author, chatId, texts = 1) {
        const all = typeof texts === 'number' ? Array.from({ length: texts }, (_, index) => `line ${index}`) : texts;
        const sent = { chatId, author: author.user, clientMessageId: undefined, now: this.clock.now() };
        const messages = await Promise.all(all.map((text) => {
            const sizeBytes = encodedSizeBound(author.user.displayName, text);
            return this.storage.postMessage({ ...sent, id: randomUUID(), text, sizeBytes }, {});
        }));
        return accepted(messages.at(-1) ?? new Refusal('INTERNAL'));
    }
    /** A call of this person's, found live just now. */
    caller(person, signal = new AbortController().signal) {
        const now = this.clock.now();
        const session = { ...person.user, createdAt: now, expiresAt: now + this.#sessionTtlMs };
        return { session, ...person, now, signal };
    }
    /** Opens a stream that must not be refused. */
    async read(person, chatId, options = {}) {
        const { afterSeq, signal } = options;
        const reader = new Reader(options);
        const refusal = await this.hub.subscribe(this.caller(person, signal), { chatId, afterSeq }, reader);
        if (refusal !== undefined)
            throw new Error(`refused: ${refusal.code}`);
        return reader;
    }
    /** Ends a session and closes its chats. */
    async end({ user }) {
        await this.storage.endSession({ userId: user.userId, closeChats: true, now: this.clock.now() });
    }
    async close({ user }, chatId) {
        await this.storage.closeChat({ chatId, userId: user.userId, now: this.clock.now() });
    }
}
/** Resolves when everything has happened that was bound to happen without time passing. */
export async function quiet(turns = 10) {
    for (let turn = 0; turn < turns; turn++)
        await new Promise((resolve) => setImmediate(resolve));
}
function accepted(answer) {
    if (answer instanceof Refusal)
        throw new Error(`refused: ${answer.code}`);
    return answer;
}
//# sourceMappingURL=live-scene.js.map
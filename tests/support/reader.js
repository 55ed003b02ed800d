/** The far end of a stream: keeps what it is sent, and insists on the order that a stream promises. */
export class Reader {
    events = [];
    #isSlow;
    #taken;
    #hasEnded = false;
    #notify = () => { };
    constructor({ isSlow = false } = {}) {
        this.#isSlow = isSlow;
    }
    get hasEnded() {
        return this.#hasEnded;
    }
    /** Whether an event waits to be taken. */
    get isBusy() {
        return this.#taken !== undefined;
    }
    /** The seqs of all messages received. */
    get seqs() {
        return this.events.flatMap((event) => (event.type === 'messages' ? event.messages.map(({ seq }) => seq) : []));
    }
    /** The last seq that any event reaches; undefined before the first event. */
    get reached() {
        const event = this.events.at(-1);
        return event?.type === 'messages' ? event.messages.at(-1)?.seq : event?.seq;
    }
    /** Everything but the messages. */
    get marks() {
        return this.events.filter(({ type }) => type !== 'messages');
    }
    send(event, taken) {
        if (this.#taken !== undefined)
            throw new Error('an event was sent before the one before was taken');
        if (this.events.at(-1)?.type === 'end')
            throw new Error('an event was sent after the last one');
        this.events.push(event);
        this.#taken = taken;
        if (!this.#isSlow)
            queueMicrotask(() => this.take());
        this.#notify();
    }
    end() {
        if (this.events.at(-1)?.type !== 'end')
            throw new Error('ended without saying so');
        if (this.#hasEnded)
            throw new Error('ended twice');
        this.#hasEnded = true;
        this.#notify();
    }
    /** Takes the event that waits, if one does. */
    take() {
        const taken = this.#taken;
        this.#taken = undefined;
        taken?.();
    }
    /** Takes what waits, and from now on everything at once. */
    hurry() {
        this.#isSlow = false;
        this.take();
    }
    /** Resolves when what was received is as asked for. */
    async until(isEnough) {
        while (!isEnough(this)) {
            await new Promise((resolve) => {
                this.#notify = resolve;
            });
        }
    }
    /** Resolves when the message of this seq is here. */
    async untilSeq(seq) {
        await this.until(({ seqs }) => seqs.at(-1) === seq);
    }
    async untilEnd() {
        await this.until(({ hasEnded }) => hasEnded);
    }
}
/** The event that says that everything kept has been delivered. */
export function caughtUp(seq) {
    return { type: 'caught-up', seq };
}
//# sourceMappingURL=reader.js.map
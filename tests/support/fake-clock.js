/** A clock that stands still until a test moves it. */
/** Starts on 1 January 2026 unless told otherwise. */
export class FakeClock {
    #now;
    #wakeUps = new Set();
    constructor(now = Date.UTC(2026, 0, 1)) {
        this.#now = now;
    }
    /** How many wake-ups are due some day: what has been let go of holds none. */
    get pending() {
        return this.#wakeUps.size;
    }
    now() {
        return this.#now;
    }
    wakeAt(at, callback) {
        const wakeUp = { at, callback };
        if (at === Infinity)
            return () => { };
        this.#wakeUps.add(wakeUp);
        if (at <= this.#now)
            setImmediate(() => this.#fire(wakeUp));
        return () => this.#wakeUps.delete(wakeUp);
    }
    /** Lets this much time pass: every wake-up that falls due is called at its time, in order, those set meanwhile too. */
    advance(ms) {
        const until = this.#now + ms;
        for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
            this.#now = Math.max(this.#now, next.at);
            this.#fire(next);
        }
        this.#now = until;
    }
    /** The first to fall due; of several at one time, the one that was set first. */
    #next(until) {
        let first;
        for (const wakeUp of this.#wakeUps) {
            if (wakeUp.at <= until && (first === undefined || wakeUp.at < first.at))
                first = wakeUp;
        }
        return first;
    }
    #fire(wakeUp) {
        if (this.#wakeUps.delete(wakeUp))
            wakeUp.callback();
    }
}
//# sourceMappingURL=fake-clock.js.map
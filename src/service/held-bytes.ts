/** Bytes that callers make the server hold: bounded for all of them together, at the cost of who has held theirs longest. */

interface Holding {
  bytes: number;
  readonly letGo: () => void;
}

/** From this size on a holding is given up before any that is smaller: an ordinary call must not make room for a page. */
const LARGE_BYTES = 16 * 1024;

/**
 * Whoever is served as usual holds little and for moments; who holds longest is who does not send on or does not read. So a
 * flood meets itself, and those beside it are not refused for it.
 */
export class HeldBytes {
  readonly #maxBytes: number;
  /** Each with those who have held theirs longest first. */
  readonly #large = new Map<object, Holding>();
  readonly #small = new Map<object, Holding>();
  #total = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Counts bytes more for a holder. @param letGo gives up what it holds. */
  add(holder: object, bytes: number, letGo: () => void): void {
    const holding = this.#large.get(holder) ?? this.#small.get(holder) ?? { bytes: 0, letGo };
    holding.bytes += bytes;
    this.#total += bytes;
    if (holding.bytes < LARGE_BYTES) {
      this.#small.set(holder, holding);
    } else {
      this.#small.delete(holder);
      this.#large.set(holder, holding);
    }
    if (this.#total > this.#maxBytes) this.#makeRoom();
  }

  /** What the holder has held is free; nothing happens if it holds nothing. */
  remove(holder: object): void {
    const holding = this.#small.get(holder) ?? this.#large.get(holder);
    if (holding === undefined) return;
    this.#small.delete(holder);
    this.#large.delete(holder);
    this.#total -= holding.bytes;
  }

  #makeRoom(): void {
    for (const holdings of [this.#large, this.#small]) {
      for (const [holder, { letGo }] of holdings) {
        if (this.#total <= this.#maxBytes) return;
        this.remove(holder);
        letGo();
      }
    }
  }
}

/** What callers hold, by why they do. */
export interface HeldByCallers {
  /** Requests that are not all there. */
  readonly arriving: HeldBytes;
  /** Answers and events that are not taken. */
  readonly untaken: HeldBytes;
}

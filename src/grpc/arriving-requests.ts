/** Calls whose requests are still arriving: one that is not all there after a few seconds is refused, or when all hold too much. */

import type { ServerHttp2Stream } from 'node:http2';
import { Refusal, type ErrorCode } from '../domain/errors.ts';
import type { HeldBytes } from '../service/held-bytes.ts';
import { TOO_MUCH_ARRIVING } from '../service/overload.ts';
import { errorStatus } from './error-status.ts';
import { refuseStream } from './refuse-stream.ts';
import { STREAM_BYTES } from './server-options.ts';

/** How often the calls are looked at: one timer for all, because one for each would cost every call. */
const TICK_MS = 1_000;
/**
 * All of a request must be there within so many ticks of the beginning of its call; handlers only begin then. Counted in
 * ticks, because while the process stood still it was not the caller who took the time.
 */
const MAX_TICKS = 5;

const OVERDUE = new Refusal('DEADLINE_EXCEEDED', { message: 'The request took too long to arrive.' });
const SHUTTING_DOWN = new Refusal('SHUTTING_DOWN');

/** Told of a call that is refused before its handler sees it. */
export type OnRefused = (code: ErrorCode) => void;

/** Watches over streams of one request each, from their beginning. */
export class ArrivingRequests {
  /** Open streams with the tick in which they began, the oldest first; each is looked at once and then let go of. */
  readonly #begunIn = new Map<ServerHttp2Stream, number>();
  readonly #onRefused: OnRefused;
  readonly #held: HeldBytes;
  readonly #forget: (this: ServerHttp2Stream) => void;
  readonly #onData: (this: ServerHttp2Stream, bytes: Buffer) => void;
  readonly #onEnd: (this: ServerHttp2Stream) => void;
  readonly #ticking: NodeJS.Timeout;
  #tick = 0;

  constructor(held: HeldBytes, onRefused: OnRefused) {
    this.#onRefused = onRefused;
    const begunIn = this.#begunIn;
    this.#held = held;
    // One function for all streams: which one it is about is its `this`.
    this.#forget = function () {
      begunIn.delete(this);
      held.remove(this);
    };
    const hold = (stream: ServerHttp2Stream, bytes: number): void => this.#hold(stream, bytes);
    this.#onData = function (bytes) {
      hold(this, bytes.length);
    };
    this.#onEnd = function () {
      held.remove(this);
    };
    this.#ticking = setInterval(() => this.#refuseOverdue(), TICK_MS).unref();
  }

  /** Watches over a stream on which the library reads already: it is who decides when. */
  add(stream: ServerHttp2Stream): void {
    if (stream.closed) return;
    this.#begunIn.set(stream, this.#tick);
    this.#hold(stream, STREAM_BYTES);
    stream.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#forget);
  }

  /** Refuses the requests that are not all there, because the server shuts down, and looks no more. */
  close(): void {
    clearInterval(this.#ticking);
    for (const stream of this.#begunIn.keys()) this.#refuseUnlessComplete(stream, SHUTTING_DOWN);
    this.#begunIn.clear();
  }

  #refuseOverdue(): void {
    this.#tick++;
    for (const [stream, tick] of this.#begunIn) {
      if (this.#tick - tick <= MAX_TICKS) return;
      this.#begunIn.delete(stream);
      this.#refuseUnlessComplete(stream, OVERDUE);
    }
  }

  #hold(stream: ServerHttp2Stream, bytes: number): void {
    this.#held.add(stream, bytes, () => this.#refuseUnlessComplete(stream, TOO_MUCH_ARRIVING));
  }

  #refuseUnlessComplete(stream: ServerHttp2Stream, refusal: Refusal): void {
    if (stream.readableEnded) return;
    this.#onRefused(refusal.code);
    refuseStream(stream, errorStatus(refusal));
  }
}

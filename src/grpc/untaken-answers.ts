/** Answers and events that wait for their readers: when all of them hold too much, the oldest are cut. */

import { constants, type ServerHttp2Stream } from 'node:http2';
import type { HeldBytes } from '../service/held-bytes.ts';
import { STREAM_BYTES } from './server-options.ts';

export class UntakenAnswers {
  readonly #held: HeldBytes;
  readonly #watched = new WeakSet<ServerHttp2Stream>();
  readonly #forget: (this: ServerHttp2Stream) => void;

  constructor(held: HeldBytes) {
    this.#held = held;
    // One function for all streams: which one has closed is its `this`.
    this.#forget = function () {
      held.remove(this);
    };
  }

  /** What was just written on a stream waits until it is removed, or the stream is closed. */
  add(stream: ServerHttp2Stream): void {
    if (stream.destroyed) return;
    this.#held.add(stream, STREAM_BYTES + stream.writableLength, () => cut(stream));
    if (this.#watched.has(stream)) return;
    this.#watched.add(stream);
    stream.on('close', this.#forget);
  }

  /** All of it was taken. */
  remove(stream: ServerHttp2Stream): void {
    this.#held.remove(stream);
  }
}

/** Clients see RESOURCE_EXHAUSTED. A status could not overtake what the reader does not take. */
function cut(stream: ServerHttp2Stream): void {
  stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
}

/** The open streams of a service that needs no session: a few per connection, and none holds up the end. */

import { constants, type ServerHttp2Stream } from 'node:http2';
import { Refusal } from '../domain/errors.ts';
import type { OnRefused } from './arriving-requests.ts';
import { errorStatus } from './error-status.ts';
import { http2StreamOf } from './http2-stream-of.ts';
import { refuseStream } from './refuse-stream.ts';
import { FAREWELL_MS } from './server-options.ts';

/**
 * More than any client needs: it watches the server or a few of its services, and asks on one stream. There is no bound on
 * all connections together, because whoever reached it could keep balancers from watching.
 */
const MAX_STREAMS_PER_CONNECTION = 16;

const TOO_MANY_STREAMS = new Refusal('TOO_MANY_STREAMS', {
  message: `A connection may have ${MAX_STREAMS_PER_CONNECTION} open streams of this service.`,
});

/** As much of a call of the library as it takes. */
interface StreamCall {
  getPeer(): string;
  end(): void;
}

/** Keeps track of calls until their streams are closed. */
export class OpenStreams {
  readonly #onRefused: OnRefused;
  readonly #byConnection = new Map<string, Map<StreamCall, ServerHttp2Stream>>();

  /** @param onRefused told of the calls for which there is no room. */
  constructor(onRefused: OnRefused) {
    this.#onRefused = onRefused;
  }

  /** @returns whether there was room; a call for which there was none has been refused. */
  add(call: StreamCall): boolean {
    const stream = http2StreamOf(call);
    const connection = call.getPeer();
    const streams = this.#byConnection.get(connection) ?? new Map<StreamCall, ServerHttp2Stream>();
    if (streams.size >= MAX_STREAMS_PER_CONNECTION) {
      this.#onRefused(TOO_MANY_STREAMS.code);
      refuseStream(stream, errorStatus(TOO_MANY_STREAMS));
      return false;
    }
    this.#byConnection.set(connection, streams.set(call, stream));
    stream.once('close', () => {
      streams.delete(call);
      if (streams.size === 0) this.#byConnection.delete(connection);
    });
    return true;
  }

  /**
   * Ends all, and closes a little later those whose other side has not taken what it was sent, or has not ended, too. Closed
   * at once, a stream would lose what is on its way, its status included.
   */
  end(): void {
    for (const streams of this.#byConnection.values()) {
      for (const [call, stream] of streams) {
        call.end();
        setTimeout(() => closeStream(stream), FAREWELL_MS).unref();
      }
    }
  }
}

function closeStream(stream: ServerHttp2Stream): void {
  stream.close(stream.writableEnded ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_CANCEL);
}

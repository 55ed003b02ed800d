/** Server-sent events: a response that goes on. */

import type { ServerResponse } from 'node:http';
import { PERSONAL } from './headers.ts';
import type { Heartbeat } from './heartbeat.ts';

const HEADERS = {
  ...PERSONAL,
  'content-type': 'text/event-stream',
  // Asks the proxies that collect answers before they pass them on to do so with this one as it comes.
  'x-accel-buffering': 'no',
};

/** Where the bytes of one stream go. Its response begins with the first of them, or by `begin`. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #heartbeat: Heartbeat;
  readonly #takeOver: () => void;

  /** @param takeOver tells the framework that the response is none of its business any more. */
  constructor(response: ServerResponse, heartbeat: Heartbeat, takeOver: () => void) {
    this.#response = response;
    this.#heartbeat = heartbeat;
    this.#takeOver = takeOver;
  }

  /** Sends the headers, unless that was done. */
  begin(): void {
    if (this.#response.headersSent) return;
    this.#takeOver();
    this.#response.writeHead(200, HEADERS);
    this.#response.flushHeaders();
    this.#heartbeat.add(this.#response);
  }

  /** Sends bytes. `taken` is called, once and later, when the transport has taken them; not when the reader is gone. */
  send(bytes: Buffer, taken: () => void): void {
    this.begin();
    this.#response.write(bytes, (error) => {
      if (error == null && !this.#response.destroyed) taken();
    });
  }

  /** Says that nothing follows. */
  end(): void {
    this.#response.end();
  }

  /** Gives up a reader that does not take what was sent, and drops all that is on its way. */
  cut(): void {
    this.#response.destroy();
  }
}

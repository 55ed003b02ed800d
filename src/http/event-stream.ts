/** Server-sent events: a response that goes on. */

import type { ServerResponse } from 'node:http';
import { PERSONAL } from './headers.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { UntakenAnswers } from './untaken-answers.ts';

const HEADERS = {
  ...PERSONAL,
  'content-type': 'text/event-stream',
  // Asks the proxies that collect answers before they pass them on to do so with this one as it comes.
  'x-accel-buffering': 'no',
};

/** What streams share, and how one is begun. */
export interface EventStreamOptions {
  readonly heartbeat: Heartbeat;
  readonly untaken: UntakenAnswers;
  /** Tells the framework that the response is none of its business any more. */
  readonly takeOver: () => void;
}

/** Where the bytes of one stream go. Its response begins with the first of them, or by `begin`. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #heartbeat: Heartbeat;
  readonly #untaken: UntakenAnswers;
  readonly #takeOver: () => void;

  constructor(response: ServerResponse, { heartbeat, untaken, takeOver }: EventStreamOptions) {
    this.#response = response;
    this.#heartbeat = heartbeat;
    this.#untaken = untaken;
    this.#takeOver = takeOver;
  }

  /** Sends the headers, unless that was done. */
  begin(): void {
    if (this.#response.headersSent) return;
    this.#takeOver();
    this.#response.writeHead(200, HEADERS);
    this.#response.flushHeaders();
    this.#heartbeat.add(this.#response);
    this.#response.once('close', () => this.#untaken.removeEvent(this.#response));
  }

  /** Sends bytes. `taken` is called, once and later, when the transport has taken them; not when the reader is gone. */
  send(bytes: Buffer, taken: () => void): void {
    this.begin();
    this.#response.write(bytes, (error) => {
      this.#untaken.removeEvent(this.#response);
      if (error == null && !this.#response.destroyed) taken();
    });
    this.#untaken.addEvent(this.#response);
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

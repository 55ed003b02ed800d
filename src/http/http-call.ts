/** One call that came over HTTP. */

import type { ServerResponse } from 'node:http';
import type { FieldViolation } from '../domain/errors.ts';
import { CallSignal, type Cancellable } from '../service/call-signal.ts';
import type { CallerAddresses } from '../service/caller-addresses.ts';
import type { Call, Method } from '../service/calls.ts';

const BEARER = /^bearer +([^ ]+)$/i;

/** Its signal is aborted when the client goes away before it is answered, or when the server gives it up. */
export class HttpCall implements Call, Cancellable {
  readonly method: Method;
  readonly api = 'http';
  readonly unreadable: readonly FieldViolation[];
  readonly signal = new CallSignal(this);
  readonly #response: ServerResponse;
  readonly #addresses: CallerAddresses;

  constructor(
    method: Method,
    response: ServerResponse,
    unreadable: readonly FieldViolation[],
    addresses: CallerAddresses,
  ) {
    this.method = method;
    this.unreadable = unreadable;
    this.#response = response;
    this.#addresses = addresses;
  }

  get address(): string {
    const { socket, headers } = this.#response.req;
    return this.#addresses.of(socket, socket, (name) => headers[name] as string | undefined);
  }

  /** Of `Authorization: Bearer <token>`; anything else is no token. */
  get token(): string | undefined {
    return BEARER.exec(this.#response.req.headers.authorization ?? '')?.[1];
  }

  /** Whether the client went away before there was an answer. */
  get cancelled(): boolean {
    return this.#response.destroyed && !this.#response.writableEnded;
  }

  once(_event: 'cancelled', listener: () => void): void {
    this.#response.once('close', () => {
      if (this.cancelled) listener();
    });
  }

  abandon(): void {
    this.signal.abort();
  }
}

/** One call that came over HTTP. */

import type { ServerResponse } from 'node:http';
import type { FieldViolation } from '../domain/errors.ts';
import type { Call, Method } from '../service/calls.ts';

/** Why a call is given up. One for all, because an error for each would cost more than most calls. */
const CALL_OVER = new Error('nobody waits for this call any more');

const BEARER = /^bearer +([^ ]+)$/i;

/** Its signal is aborted when the client goes away before it is answered, or when the server gives it up. */
export class HttpCall implements Call {
  readonly method: Method;
  /** Of `Authorization: Bearer <token>`; anything else is no token. */
  readonly token: string | undefined;
  readonly unreadable: readonly FieldViolation[];
  readonly #controller = new AbortController();

  constructor(method: Method, response: ServerResponse, unreadable: readonly FieldViolation[]) {
    this.method = method;
    this.token = BEARER.exec(response.req.headers.authorization ?? '')?.[1];
    this.unreadable = unreadable;
    if (response.destroyed) this.abandon();
    else {
      response.once('close', () => {
        if (!response.writableEnded) this.abandon();
      });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abandon(): void {
    this.#controller.abort(CALL_OVER);
  }
}

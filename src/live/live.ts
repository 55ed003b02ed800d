/** What the use-cases ask of the live side of this instance. */

import type { Refusal } from '../domain/errors.ts';
import type { Caller } from '../service/calls.ts';
import type { EventSink } from './events.ts';

/** The open streams and waits of one instance. */
export interface Live {
  /**
   * Opens a stream on a chat and returns once its start is accepted; events then go to the sink until the `end` event, or
   * until the caller's signal is aborted. `afterSeq` absent: from now.
   * @returns TOO_MANY_STREAMS, UNAUTHENTICATED, CHAT_NOT_FOUND, or INVALID_ARGUMENT naming `after_seq` when it is beyond the last seq; the
   * sink has then been given nothing.
   */
  subscribe(
    caller: Caller,
    stream: { readonly chatId: string; readonly afterSeq: number | undefined },
    sink: EventSink,
  ): Promise<
    | Refusal<'TOO_MANY_STREAMS' | 'UNAUTHENTICATED' | 'CHAT_NOT_FOUND' | 'INVALID_ARGUMENT' | 'SHUTTING_DOWN'>
    | undefined
  >;

  /**
   * Repeats `attempt` until it returns something other than undefined, once at the start and then whenever the chat or the
   * caller's session may have changed, for at most `waitMs`. Waits count with the streams of the session: both hold a call.
   * @returns what `attempt` returned; TOO_MANY_STREAMS when the session may hold no more and the first attempt returned undefined;
   * undefined when the time is over, the caller is gone or the server shuts down.
   */
  waitFor<T>(
    caller: Caller,
    wait: { readonly chatId: string; readonly waitMs: number },
    attempt: () => Promise<T | undefined>,
  ): Promise<T | Refusal<'TOO_MANY_STREAMS'> | undefined>;
}

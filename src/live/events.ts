/** What a stream tells its reader, whichever API carries it. */

import type { Message } from '../domain/models.ts';

/** Why a stream ends. */
export type EndReason = 'CHAT_CLOSED' | 'SESSION_ENDED' | 'SERVER_GOING_AWAY' | 'READER_TOO_SLOW';

/**
 * One event. The same object goes to every reader that gets the same event, so that an API can encode it once and
 * keep the bytes by the object's identity.
 */
export type LiveEvent =
  | { readonly type: 'messages'; readonly messages: readonly Message[] }
  /** Messages up to `seq` were trimmed before they could be delivered. */
  | { readonly type: 'missed'; readonly count: number; readonly seq: number }
  /** Everything kept when the stream began has been delivered, up to `seq`. Sent once. */
  | { readonly type: 'caught-up'; readonly seq: number }
  /** The last event; `seq` is the one to resume after. */
  | { readonly type: 'end'; readonly reason: EndReason; readonly seq: number };

/** Where the events of one stream go: implemented by each API. */
export interface EventSink {
  /**
   * Hands over one event. `taken` is called, once and not before this function has returned, when the transport has
   * taken it; the next event is handed over only then. It is not called when the reader is gone.
   */
  send(event: LiveEvent, taken: () => void): void;
  /** Says that nothing follows the `end` event handed over last. */
  end(): void;
  /**
   * Gives up a reader that has not taken what it was sent: drops what is on its way and frees all that it holds, without
   * touching what others share a connection with it for. May come before or after `end`, and when the reader is gone.
   */
  cut(): void;
}

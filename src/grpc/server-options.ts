/** The bounds of the gRPC server, each set on purpose. */

import type { ServerOptions } from '@grpc/grpc-js';
import type { Limits } from '../domain/limits.ts';

/** The most bytes that one character takes. */
const MAX_BYTES_PER_CHARACTER = 4;
/** Room beside the text, and for values a few times too long, which are then refused by name. */
const REQUEST_ENVELOPE_BYTES = 64 * 1024;

/** What an open stream takes in memory besides what is sent on it, headers included. */
export const STREAM_BYTES = 8 * 1024;

const KEEPALIVE_TIME_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;

/** How long a connection is kept on which no call is open. */
const IDLE_MS = 5 * 60_000;

/** Nobody who answers pings is silent for so long. */
export const MAX_SILENCE_MS = KEEPALIVE_TIME_MS + KEEPALIVE_TIMEOUT_MS + 10_000;

/** At the end, how long the other side of a connection may take to notice it. */
export const FAREWELL_MS = 500;

/** The options of the server under these limits. @param maxConnectionAgeMs 0: no bound. */
export function serverOptions(
  { maxMessageLength }: Pick<Limits, 'maxMessageLength'>,
  maxConnectionAgeMs = 0,
): ServerOptions & { readonly 'grpc.enable_channelz': 0 } {
  return {
    'grpc.max_receive_message_length': maxMessageLength * MAX_BYTES_PER_CHARACTER + REQUEST_ENVELOPE_BYTES,
    // Answers are cut where they are made. To refuse one here would come too late: a position may have moved already.
    'grpc.max_send_message_length': -1,
    // One connection may carry many users (a balancer, a gateway), each with streams of its own.
    'grpc.max_concurrent_streams': 2_000,
    // What may wait in memory for a slow reader of one connection, in megabytes: a frame for each of a thousand streams. Beyond
    // that new calls on it are refused until it has read on; what is open goes on.
    'grpc-node.max_session_memory': 256,
    // Ends the calls of a caller that is gone without a word.
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    // Frees what nobody uses, gently: a client that was told goodbye connects again when it has something to say. Pings do not
    // count as use.
    'grpc.max_connection_idle_ms': IDLE_MS,
    // The library adds or takes a tenth and says goodbye (GOAWAY): new calls go over another connection, what is open goes on
    // for as long as it takes. Its grace after that is not set: it would cut streams without their `end` event, so that readers
    // would not know where to resume. `live/` ends each when it is as old.
    ...(maxConnectionAgeMs > 0 && { 'grpc.max_connection_age_ms': maxConnectionAgeMs }),
    // The library's own statistics cost CPU on every call and nobody reads them.
    'grpc.enable_channelz': 0,
  };
}

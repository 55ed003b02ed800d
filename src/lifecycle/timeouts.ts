/** How long connections may take for what, in milliseconds. */

export interface Timeouts {
  /** A handshake must have begun within this time, and both sides have agreed on how to encrypt within it once more. */
  readonly handshakeMs: number;
  /** A connection must begin to speak within this time, with TLS from the end of the handshake. */
  readonly firstBytesMs: number;
  /** The headers of a request must be there within this time from its start. */
  readonly headersMs: number;
  /** All of a request must be there within this time. An answer may take as long as it likes, … */
  readonly requestMs: number;
  /** … but something must be said, or taken, in any such time. */
  readonly stalledMs: number;
  /** How long an idle connection is kept. */
  readonly keepAliveMs: number;
  /** How old a connection may be, give or take a tenth: its next answer is the last one. */
  readonly maxAgeMs: number;
  /** How often headers, requests and idle connections are looked at. */
  readonly checkingIntervalMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  handshakeMs: 10_000,
  firstBytesMs: 10_000,
  headersMs: 10_000,
  requestMs: 30_000,
  // Longer than the longest wait for something unread, and than the time between two signs of life of a stream.
  stalledMs: 120_000,
  // Longer than the 60 s after which common balancers stop using theirs.
  keepAliveMs: 65_000,
  maxAgeMs: Infinity,
  checkingIntervalMs: 5_000,
};

/** Session tokens: what a client shows to speak for its session. Only their hash is ever stored. */

import { hash, randomBytes } from 'node:crypto';

const PREFIX = 'veche_';
const USER_ID_BYTES = 16;
const SECRET_BYTES = 32;
/** The prefix lets secret scanners find a leaked token; 64 characters hold the 48 bytes without padding. */
const TOKEN = /^veche_[A-Za-z0-9_-]{64}$/;

/** What is known of a caller from the token alone. */
export interface Credential {
  /** The session that the token claims, a UUID in lower case. */
  readonly userId: string;
  /** SHA-256 of the token. */
  readonly tokenHash: Uint8Array;
}

/** A new token for a user: opaque, with their id and 256 random bits. */
export function createSessionToken(userId: string): string {
  const id = Buffer.from(userId.replaceAll('-', ''), 'hex');
  return PREFIX + Buffer.concat([id, randomBytes(SECRET_BYTES)]).toString('base64url');
}

/** What a token claims, or undefined if it is none of ours by its form. */
export function readSessionToken(token: string): Credential | undefined {
  if (!TOKEN.test(token)) return undefined;
  const id = Buffer.from(token.slice(PREFIX.length), 'base64url').toString('hex', 0, USER_ID_BYTES);
  return {
    userId: `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`,
    // As a string and back: cheaper than the buffer that the library would allocate.
    tokenHash: Buffer.from(hash('sha256', token, 'binary'), 'latin1'),
  };
}

/** How large a message is on the wire: what pages, answers and events are cut by. */

import type { Chat, Message } from './models.ts';

/** Ids, times, member names and punctuation of one message in JSON, the larger of the two encodings. */
const ENVELOPE_BYTES = 320;

/**
 * An upper bound of the encoded size of a message on either API, in bytes: exact for its text and name in JSON
 * (which is never shorter than protobuf), generous for the rest. Stored with the message, so that every storage
 * cuts a page at the same place.
 */
export function encodedSizeBound(displayName: string, text: string): number {
  return ENVELOPE_BYTES + jsonBytes(displayName) + jsonBytes(text);
}

/** The bound for a whole message. */
export function messageSizeBound({ author, text }: Pick<Message, 'author' | 'text'>): number {
  return encodedSizeBound(author.displayName, text);
}

/** Ids, times, numbers and member names of one chat, and of one user shown with it. */
const CHAT_ENVELOPE_BYTES = 640;
const ACTIVE_USER_ENVELOPE_BYTES = 160;

/** An upper bound of the encoded size of a chat on either API, in bytes. */
export function chatSizeBound({ title, creator, activeUsers }: Chat): number {
  let bytes = CHAT_ENVELOPE_BYTES + jsonBytes(title) + jsonBytes(creator.displayName);
  for (const { displayName } of activeUsers.users) bytes += ACTIVE_USER_ENVELOPE_BYTES + jsonBytes(displayName);
  return bytes;
}

/** What JSON may write in another way. Most texts have none of it, and are measured without being written. */
const ESCAPED = /["\\\p{Cc}]/u;
const QUOTES_BYTES = 2;

function jsonBytes(text: string): number {
  return ESCAPED.test(text) ? Buffer.byteLength(JSON.stringify(text)) : Buffer.byteLength(text) + QUOTES_BYTES;
}

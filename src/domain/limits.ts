/** How many, how long, how large: every number that bounds Veche, in one place. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Longest display name, in characters (Unicode code points). */
export const MAX_DISPLAY_NAME_LENGTH = 64;
/** Longest chat title, in characters. */
export const MAX_TITLE_LENGTH = 128;
/** Most characters of a message that an operator may allow. */
export const MAX_ALLOWED_MESSAGE_LENGTH = 65_536;
/** Longest client message id, in characters. */
export const MAX_CLIENT_MESSAGE_ID_LENGTH = 64;
/** Longest reason that an operator gives for what they do, in characters. */
export const MAX_REASON_LENGTH = 200;
/** The highest seq, position or count that every layer can carry exactly. */
export const MAX_SEQ = Number.MAX_SAFE_INTEGER;

/** Shortest chat lifetime. */
export const MIN_CHAT_TTL_MS = SECOND_MS;
/** Longest chat lifetime: 100 years of 365.25 days. */
export const MAX_CHAT_TTL_MS = 100 * 365.25 * DAY_MS;

/** Most items in a page of messages, chats or counts, and in an unread answer. */
export const MAX_PAGE_SIZE = 500;
/** Items in a page when the caller names no number. */
export const DEFAULT_PAGE_SIZE = 50;
/** Messages in an unread answer when the caller names no number. */
export const DEFAULT_UNREAD_LIMIT = 500;
/** Largest encoded page, unread answer or stream event, in bytes. */
export const MAX_PAGE_BYTES = 1024 * 1024;
/** Longest wait for something unread. */
export const MAX_WAIT_MS = 30 * SECOND_MS;

/** How long a client message id is remembered, from the first post with it. */
export const CLIENT_MESSAGE_ID_MEMORY_MS = 10 * MINUTE_MS;
/** How coarsely activity in a chat is noted, at most: see `activityResolutionMs`. */
export const ACTIVITY_RESOLUTION_MS = 10 * SECOND_MS;
/** Most users whose activity in a chat is noted in one call of a storage. */
export const MAX_USERS_PER_NOTE = 500;
/** Active users shown with a chat. */
export const MAX_ACTIVE_USERS_SHOWN = 20;
/** The window of the statistic "messages in the last hour", and how coarse its edge is. */
export const RECENT_WINDOW_MS = 60 * MINUTE_MS;
export const RECENT_RESOLUTION_MS = 10 * SECOND_MS;

/**
 * Largest stream event, in bytes of size bound, unless one message alone is larger. An event on its way is held once for
 * each stream by the transport, so this times the number of streams is what a burst can cost in memory.
 */
export const MAX_EVENT_BYTES = 64 * 1024;
/** What one stream may have waiting for a slow reader before it is ended. */
export const MAX_STREAM_QUEUE_MESSAGES = 10_000;
export const MAX_STREAM_QUEUE_BYTES = 4 * 1024 * 1024;
/** Longest that the reader of a stream that has ended may take for what is on its way, the `end` event included. */
export const MAX_END_DELIVERY_MS = 10 * SECOND_MS;

/** Most bad fields that a refusal names: one request can have more of them than an answer should hold. */
export const MAX_NAMED_VIOLATIONS = 100;
/**
 * Longest that one operation of a storage may take until it counts as unavailable. Shorter than what a call may take, and than
 * `ENDED_PLACE_KEPT_MS`: what an operation does last is done before anybody clears away what it found live.
 */
export const STORAGE_DEADLINE_MS = 4 * SECOND_MS;
/** How long after its deadline a session's record and its place stay, where several instances share them. */
export const ENDED_PLACE_KEPT_MS = 5 * SECOND_MS;
/** Most keys whose spent rates are told in one call of a storage. */
export const MAX_SPENDS_PER_REPORT = 500;

/** Longest that a call other than a wait or a stream may take on the server. */
export const CALL_DEADLINE_MS = 10 * SECOND_MS;

/** The limits that an operator sets. For the counts, 0 means no limit. */
export interface Limits {
  /** Live sessions at one time. */
  readonly maxUsers: number;
  /** Open chats at one time. */
  readonly maxChats: number;
  /** Open chats that one user may have created. */
  readonly maxChatsPerUser: number;
  /** Most messages that one chat may keep. */
  readonly maxChatSize: number;
  /** How long an inactive session lives. */
  readonly sessionTtlMs: number;
  /** Longest chat lifetime that may be asked for, also given to chats that ask for none; absent: no cap. */
  readonly maxChatTtlMs: number | undefined;
  /** Most characters (Unicode code points) in one message. */
  readonly maxMessageLength: number;
  /** Open streams and waits of one session on one instance: several tabs with all their chats. */
  readonly maxStreamsPerSession: number;
}

/** What a server starts with when its operator sets nothing. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  maxUsers: 10_000,
  maxChats: 1_000,
  maxChatsPerUser: 0,
  maxChatSize: 1_000,
  sessionTtlMs: 30 * MINUTE_MS,
  maxChatTtlMs: undefined,
  maxMessageLength: 4_096,
  maxStreamsPerSession: 100,
});

/** Whether one more fits under a limit of the kind where 0 means none. */
export function fitsOneMore(count: number, limit: number): boolean {
  return limit === 0 || count < limit;
}

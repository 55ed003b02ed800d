/** When does it end? Every deadline is computed here; whether it has passed is a comparison with `now`. */

import { ACTIVITY_RESOLUTION_MS } from './limits.ts';

/** The deadline of what has no end in sight. */
export const NEVER = Infinity;

/** Whether something with this deadline is over at `now`: a deadline is the first instant at which it is. */
export function isOver(expiresAt: number, now: number): boolean {
  return now >= expiresAt;
}

/** When a chat closes by itself: `ttlMs` after its creation, or NEVER without a lifetime. Milliseconds since the epoch. */
export function chatDeadline(createdAt: number, ttlMs: number | undefined): number {
  return ttlMs === undefined ? NEVER : createdAt + ttlMs;
}

/** How coarsely activity in a chat is noted, for users whose sessions live `ttlMs` when inactive: well before a note runs out. */
export function activityResolutionMs(ttlMs: number): number {
  return Math.min(ACTIVITY_RESOLUTION_MS, Math.floor(ttlMs / 2));
}

/** What a session's end depends on. */
export interface SessionActivity {
  /** The latest of: its creation, its last message, the closing by hand of a chat it created. */
  readonly activeAt: number;
  /** The latest deadline of the chats it created, past ones included, those closed by hand excluded; NEVER if one has none. */
  readonly chatsUntil: number;
  /** How long it lives when inactive, as set when it was created. */
  readonly ttlMs: number;
}

/**
 * When a session ends: never while its user has an open chat that they created, otherwise `ttlMs` after the latest of its
 * creation, its last message and the closing of the last chat it created. A chat with a lifetime closes at its deadline,
 * so with only such chats the end is known in advance.
 */
export function sessionDeadline({ activeAt, chatsUntil, ttlMs }: SessionActivity): number {
  return Math.max(activeAt, chatsUntil) + ttlMs;
}

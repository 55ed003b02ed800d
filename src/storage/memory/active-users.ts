/** Who was active in one chat, in the order of it. */

import { ACTIVITY_RESOLUTION_MS } from '../../domain/limits.ts';
import type { ActiveUser, User } from '../../domain/models.ts';
import { BTree, compareIds } from './ordered.ts';

/** One user's activity in the chat. */
export interface Activity {
  readonly user: User;
  /** NOT_YET, or as last noted. Written by `ActiveUsers` only. */
  lastActiveAt: number;
}

/** When somebody was active who never was. */
export const NOT_YET = -Infinity;

/** Sorts after every user. */
const AFTER_ALL: User = { userId: '\u{10FFFF}', displayName: '' };

/**
 * Users by last activity. Counting costs nothing: the index knows how many lie before the time that was last asked about, and when
 * it is asked about another time, it counts only those in between.
 */
export class ActiveUsers {
  readonly #byActivity: BTree<Activity> = new BTree<Activity, undefined>(undefined, compareActivity);
  #countedSince = NOT_YET;
  /** How many were last active at `#countedSince` or before. */
  #inactive = 0;

  /** Notes activity at `now`, unless some was noted a short time before. */
  note(activity: Activity, now: number): void {
    if (now - activity.lastActiveAt < ACTIVITY_RESOLUTION_MS) return;
    this.remove(activity);
    activity.lastActiveAt = now;
    this.#byActivity.set(activity, undefined);
    if (now <= this.#countedSince) this.#inactive++;
  }

  /** Takes a user out, as if never active. */
  remove(activity: Activity): void {
    if (activity.lastActiveAt === NOT_YET) return;
    this.#byActivity.delete(activity);
    if (activity.lastActiveAt <= this.#countedSince) this.#inactive--;
    activity.lastActiveAt = NOT_YET;
  }

  /** How many were last active after `activeSince`. */
  count(activeSince: number): number {
    if (activeSince > this.#countedSince) this.#inactive += this.#between(this.#countedSince, activeSince);
    else this.#inactive -= this.#between(activeSince, this.#countedSince);
    this.#countedSince = activeSince;
    return this.#byActivity.size - this.#inactive;
  }

  /** The first `limit` of those who were last active after `activeSince`, most recently active first. */
  latest(activeSince: number, limit: number): ActiveUser[] {
    const latest: ActiveUser[] = [];
    for (const [{ user, lastActiveAt }] of this.#byActivity.entriesReversed()) {
      if (lastActiveAt <= activeSince || latest.length === limit) break;
      latest.push({ ...user, lastActiveAt });
    }
    return latest;
  }

  /** How many were last active after `from` and not after `to`. */
  #between(from: number, to: number): number {
    if (from === to) return 0;
    return this.#byActivity.forRange(endOf(from), endOf(to), false);
  }
}

/** A place after everybody who was last active at this time. */
function endOf(lastActiveAt: number): Activity {
  return { lastActiveAt, user: AFTER_ALL };
}

function compareActivity(a: Activity, b: Activity): number {
  if (a.lastActiveAt === b.lastActiveAt) return compareIds(a.user.userId, b.user.userId);
  return a.lastActiveAt < b.lastActiveAt ? -1 : 1;
}

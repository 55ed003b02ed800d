/** Who was active in one chat, in the order of it. */

import { activityResolutionMs, isOver } from '../../domain/lifetime.ts';
import type { ActiveUser, User } from '../../domain/models.ts';
import { DeadlineIndex, type Expiring } from './deadline-index.ts';
import { BTree, compareIds } from './ordered.ts';

/** One user's activity in the chat, which ends with their session. */
export interface Activity extends Expiring {
  readonly user: User;
  /** How long the session lives when inactive. */
  readonly ttlMs: number;
  /** NOT_YET, or as last noted. Written by `ActiveUsers` only. */
  lastActiveAt: number;
}

/** When somebody was active who never was. */
export const NOT_YET = -Infinity;

/** Sorts after every user. */
const AFTER_ALL: User = { userId: '\u{10FFFF}', displayName: '' };

/** What the order depends on. */
type Place = Pick<Activity, 'user' | 'lastActiveAt'>;

/**
 * Users by last activity. Counting costs nothing: the index knows how many lie before the time that was last asked about, and when
 * it is asked about another time, it counts only those in between. Users whose session is over stay until `expire` takes them out.
 */
export class ActiveUsers {
  readonly #byActivity: BTree<Place> = new BTree<Place, undefined>(undefined, compareActivity);
  readonly #deadlines = new DeadlineIndex<Activity>();
  #countedSince = NOT_YET;
  /** How many were last active at `#countedSince` or before. */
  #inactive = 0;

  /** Notes activity at `now`, unless some was noted a short time before. */
  note(activity: Activity, now: number): void {
    if (now - activity.lastActiveAt < activityResolutionMs(activity.ttlMs)) return;
    this.#takeOut(activity);
    activity.lastActiveAt = now;
    this.#byActivity.set(activity, undefined);
    if (now <= this.#countedSince) this.#inactive++;
    this.#deadlines.update(activity, nextLookAt(activity, now));
  }

  /** Takes a user out, as if never active. */
  remove(activity: Activity): void {
    this.#takeOut(activity);
    activity.lastActiveAt = NOT_YET;
    this.#deadlines.remove(activity);
  }

  /**
   * Takes out users whose session is over at `now`, in at most `limit` steps.
   * @returns how many steps it took: fewer than `limit` if nobody is left whose session is over
   */
  expire(now: number, limit: number): number {
    for (let steps = 0; steps < limit; steps++) {
      const activity = this.#deadlines.due(now);
      if (activity === undefined) return steps;
      if (isOver(activity.expiresAt, now)) this.remove(activity);
      else this.#deadlines.putOff(activity, nextLookAt(activity, now));
    }
    return limit;
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

  #takeOut(activity: Activity): void {
    if (activity.lastActiveAt === NOT_YET) return;
    this.#byActivity.delete(activity);
    if (activity.lastActiveAt <= this.#countedSince) this.#inactive--;
  }

  /** How many were last active after `from` and not after `to`. */
  #between(from: number, to: number): number {
    if (from === to) return 0;
    return this.#byActivity.forRange(endOf(from), endOf(to), false);
  }
}

/**
 * When to look at a user's session again. Nobody says here when its deadline comes nearer: that is only by the closing of a chat,
 * and leaves the session its whole lifetime from then on.
 */
function nextLookAt({ expiresAt, ttlMs }: Activity, now: number): number {
  return Math.min(expiresAt, now + ttlMs);
}

/** A place after everybody who was last active at this time. */
function endOf(lastActiveAt: number): Place {
  return { lastActiveAt, user: AFTER_ALL };
}

function compareActivity(a: Place, b: Place): number {
  if (a.lastActiveAt === b.lastActiveAt) return compareIds(a.user.userId, b.user.userId);
  return a.lastActiveAt < b.lastActiveAt ? -1 : 1;
}

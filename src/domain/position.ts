/** Positions and what follows from them: what is unread, what was missed, which page joins what was read. */

/** The seqs a chat keeps: all from `first` to `last`. When nothing is kept, `first` is `last + 1`. */
export interface Kept {
  readonly first: number;
  readonly last: number;
}

/** What a chat keeps whose last seq is `last` and that keeps at most `maxMessages` (0: all). */
export function keptOf(last: number, maxMessages: number): Kept {
  return { first: maxMessages === 0 ? 1 : Math.max(1, last - maxMessages + 1), last };
}

/** How many messages are kept. */
export function keptCount({ first, last }: Kept): number {
  return last - first + 1;
}

/** Where a first visit puts the position: just before the oldest kept message. */
export function firstVisitPosition({ first }: Kept): number {
  return first - 1;
}

/** How many messages after the position were trimmed before they could be read. */
export function missedAfter(position: number, { first }: Kept): number {
  return Math.max(0, first - 1 - position);
}

/** How many kept messages are after the position. */
export function unreadAfter(position: number, { first, last }: Kept): number {
  return last - Math.max(position, first - 1);
}

/** Whether a page with this lowest seq joins what was read up to the position, so that it may move it. */
export function joins(lowestSeq: number, position: number, { first }: Kept): boolean {
  return lowestSeq <= Math.max(position + 1, first);
}

/** Where an author's own post leaves their position: it is carried over it if it was at the end, so that nobody has their own words as unread. */
export function positionAfterOwnPost(position: number, seq: number): number {
  return position === seq - 1 ? seq : position;
}

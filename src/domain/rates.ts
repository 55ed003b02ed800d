/** How fast may it come? A bucket of calls for each caller: so many at once, given back evenly over a period. */

/** So many at once, given back evenly over the period. */
export interface Rate {
  /** A whole number, 1 or more. */
  readonly burst: number;
  /** How long it takes until all are given back. */
  readonly periodMs: number;
}

/** The rates that an operator sets; absent: no limit. */
export interface Rates {
  /** Calls of one session. */
  readonly session: Rate | undefined;
  /** Calls from one address, whoever makes them. */
  readonly address: Rate | undefined;
  /** Sessions created from one address. */
  readonly sessionCreation: Rate | undefined;
  /** Chats created by one session. */
  readonly chatCreation: Rate | undefined;
}

/** The name of a rate. */
export type RateName = keyof Rates;

/** No limits at all. */
export const NO_RATES: Rates = Object.freeze({
  session: undefined,
  address: undefined,
  sessionCreation: undefined,
  chatCreation: undefined,
});

/** What a server starts with when its operator sets nothing: a person or an ordinary bot never meets it, nor does an event behind one address. */
export const DEFAULT_RATES: Readonly<Record<RateName, Rate>> = Object.freeze({
  session: { burst: 1_000, periodMs: 10_000 },
  address: { burst: 20_000, periodMs: 10_000 },
  sessionCreation: { burst: 1_000, periodMs: 600_000 },
  chatCreation: { burst: 100, periodMs: 60_000 },
});

/** What was spent of one rate by one caller, to be added up with what others know of. */
export interface RateSpend {
  /** Up to 100 printable ASCII characters without braces, compared byte by byte. */
  readonly key: string;
  readonly rate: Rate;
  /** A whole number; 0 only asks. */
  readonly count: number;
  /** When it was spent: at `now` of the report, or before. */
  readonly at: number;
}

/** What was spent by several callers. */
export interface RateReport {
  /** At most MAX_SPENDS_PER_REPORT, no key twice. */
  readonly spends: readonly RateSpend[];
  readonly now: number;
}

/** What is lost in rounding: less than this is nothing. */
const ROUNDING = 1e-9;

/**
 * How much of what was spent is not given back yet, `elapsedMs` later. It may be more than the burst where instances that share
 * it had not told each other yet. A time that seems to step back gives nothing back.
 */
export function stillSpent(spent: number, elapsedMs: number, { burst, periodMs }: Rate): number {
  return Math.max(0, spent - (Math.max(0, elapsedMs) * burst) / periodMs);
}

/** How long until one more may come, in whole milliseconds; 0: it may. @param spent as `stillSpent` has it now. */
export function waitMs(spent: number, { burst, periodMs }: Rate): number {
  const tooMany = spent + 1 - burst;
  return tooMany <= ROUNDING ? 0 : Math.ceil(((tooMany - ROUNDING) * periodMs) / burst);
}

/** How long until all is given back, in whole milliseconds. */
export function fullAfterMs(spent: number, { burst, periodMs }: Rate): number {
  return Math.ceil((spent * periodMs) / burst);
}

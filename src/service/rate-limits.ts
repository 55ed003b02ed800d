/**
 * Refuses calls that come too fast. No call waits for it: each instance judges by what it knows, tells the storage in batches what was
 * spent, and learns from the answers what was spent on other instances. So what they let through together is exact in the
 * long run, and at once too much by what has not been told yet: docs/storage.md has the bound.
 */

import { Refusal } from '../domain/errors.ts';
import { MAX_SPENDS_PER_REPORT } from '../domain/limits.ts';
import type { Rate, Rates, RateSpend } from '../domain/rates.ts';
import type { Storage } from '../storage/storage.ts';
import type { Call, Method } from './calls.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import { RateBucket } from './rate-bucket.ts';

const TELL_INTERVAL_MS = 100;
/** Callers that are remembered, so many that forgetting one is of no use to an attacker who has that many addresses. */
const MAX_BUCKETS = 100_000;
/** Buckets that are looked at in each interval, whether they may be forgotten. */
const LOOKS_PER_INTERVAL = 1_000;

/** What rate limits work with. */
export interface RateLimitsOptions {
  readonly rates: Rates;
  readonly storage: Pick<Storage, 'spendRates'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxBuckets?: number;
}

type RateLimited = Refusal<'RATE_LIMITED'>;

/** The rate limits of one instance. */
export class RateLimits {
  readonly #options: RateLimitsOptions;
  readonly #buckets = new Map<string, RateBucket>();
  readonly #untold = new Set<RateBucket>();
  /** Where in the buckets it was looked last for what may be forgotten. */
  #looking: Iterator<RateBucket> = this.#buckets.values();
  #telling: Promise<void> | undefined;
  #cancelTick: (() => void) | undefined;
  #isAlone = false;
  #isClosed = false;

  constructor(options: RateLimitsOptions) {
    this.#options = options;
  }

  /** How many callers are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Judges a call by where it comes from. @returns the refusal of one that comes too fast, of which nothing is spent */
  judgeAddress(call: Call): RateLimited | undefined {
    const { address, sessionCreation } = this.#options.rates;
    const creation = call.method === 'CreateSession' ? sessionCreation : undefined;
    if (address === undefined && creation === undefined) return undefined;
    const now = this.#options.clock.now();
    return this.#judge(
      address && this.#bucket('a', call.address, address, now),
      creation && this.#bucket('n', call.address, creation, now),
      now,
    );
  }

  /** Judges a call by its session, in the same way. */
  judgeSession(method: Method, userId: string, now: number): RateLimited | undefined {
    const { session, chatCreation } = this.#options.rates;
    const creation = method === 'CreateChat' ? chatCreation : undefined;
    return this.#judge(
      session && this.#bucket('s', userId, session, now),
      creation && this.#bucket('c', userId, creation, now),
      now,
    );
  }

  /** Tells what has not been told yet. Calls may still be judged. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTick?.();
    await this.#telling;
    await this.#tell([...this.#untold]);
  }

  #judge(first: RateBucket | undefined, second: RateBucket | undefined, now: number): RateLimited | undefined {
    const retryAfterMs = Math.max(first?.waitMs(now) ?? 0, second?.waitMs(now) ?? 0);
    if (retryAfterMs > 0) return new Refusal('RATE_LIMITED', { retryAfterMs });
    if (first !== undefined) this.#spend(first, now);
    if (second !== undefined) this.#spend(second, now);
    return undefined;
  }

  #spend(bucket: RateBucket, now: number): void {
    bucket.spend(now);
    if (bucket.untold === 1) this.#untold.add(bucket);
    if (this.#cancelTick === undefined) this.#tickSoon(now);
  }

  #bucket(kind: string, caller: string, rate: Rate, now: number): RateBucket {
    const key = `${kind}:${caller}`;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      const { maxBuckets = MAX_BUCKETS } = this.#options;
      if (this.#buckets.size >= maxBuckets) this.#forget(this.#nextLook());
      bucket = new RateBucket(key, rate, now);
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }

  #tickSoon(now: number): void {
    if (!this.#isClosed) this.#cancelTick = this.#options.clock.wakeAt(now + TELL_INTERVAL_MS, () => this.#tick());
  }

  #tick(): void {
    const now = this.#options.clock.now();
    this.#cancelTick = undefined;
    this.#forgetFull(now);
    this.#telling ??= this.#tellDue(now);
    if (this.#buckets.size > 0) this.#tickSoon(now);
  }

  async #tellDue(now: number): Promise<void> {
    await this.#tell(Array.from(this.#untold).filter((bucket) => bucket.isToBeTold(now)));
    this.#telling = undefined;
  }

  /** What could not be told is not told again: it may have been heard, and is soon of no matter. */
  async #tell(buckets: readonly RateBucket[]): Promise<void> {
    const { storage, clock } = this.#options;
    try {
      for (let start = 0; start < buckets.length; start += MAX_SPENDS_PER_REPORT) {
        const some = buckets.slice(start, start + MAX_SPENDS_PER_REPORT);
        const now = clock.now();
        const spent = await storage.spendRates({ spends: some.map((bucket) => this.#spendOf(bucket)), now });
        for (const [index, bucket] of some.entries()) bucket.learn(spent[index] ?? 0, now, clock.now());
        this.#noteFailure(undefined);
      }
    } catch (error) {
      this.#noteFailure(error);
    }
  }

  #spendOf(bucket: RateBucket): RateSpend {
    const { key, rate, untold: count, untoldSince: at } = bucket;
    this.#untold.delete(bucket);
    bucket.untold = 0;
    return { key, rate, count, at };
  }

  #noteFailure(error: unknown): void {
    const { log } = this.#options;
    if (error !== undefined && !this.#isAlone)
      log.warn({ err: error }, 'rate limits hold for this instance alone for now');
    if (error === undefined && this.#isAlone) log.info({}, 'rate limits hold for all instances together again');
    this.#isAlone = error !== undefined;
  }

  #forgetFull(now: number): void {
    for (let looks = Math.min(LOOKS_PER_INTERVAL, this.#buckets.size); looks > 0; looks--) {
      const bucket = this.#nextLook();
      if (bucket?.isFull(now) === true) this.#forget(bucket);
    }
  }

  /** Round and round; undefined if there is none. */
  #nextLook(): RateBucket | undefined {
    const next = this.#looking.next();
    if (next.done !== true) return next.value;
    this.#looking = this.#buckets.values();
    return this.#looking.next().value as RateBucket | undefined;
  }

  #forget(bucket: RateBucket | undefined): void {
    if (bucket === undefined) return;
    this.#buckets.delete(bucket.key);
    this.#untold.delete(bucket);
  }
}

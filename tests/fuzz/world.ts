/** A server of small limits at a time that a scenario moves, and what is known of it. */

import { setImmediate } from 'node:timers/promises';
import { DEFAULT_LIMITS, type Limits } from '../../src/domain/limits.ts';
import { ADMIN_TOKEN } from '../support/admin-token.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { mayWait, Unsound, type Attempt, type Exchange, type Snapshot } from './exchange.ts';
import { Facts } from './facts.ts';
import { judge, snapshot } from './judge.ts';
import { learn } from './learn.ts';
import { checkSoundness } from './soundness.ts';
import type { StreamReader } from './stream-reader.ts';

/** Small, so that they are met. */
export const SMALL_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  maxUsers: 6,
  maxChats: 5,
  maxChatsPerUser: 3,
  maxChatSize: 6,
  maxMessageLength: 20,
  maxStreamsPerSession: 2,
  sessionTtlMs: 10 * 60_000,
};

const WAIT_STEP_MS = 5_000;

/** A server and the model beside it. */
export class World {
  readonly clock: FakeClock;
  readonly facts: Facts;
  readonly app: TestApp;
  readonly #waiting = new Set<Promise<void>>();
  #waited: Exchange[] = [];
  #failure: Error | undefined;

  private constructor(app: TestApp, clock: FakeClock, limits: Limits) {
    this.app = app;
    this.clock = clock;
    this.facts = new Facts(limits, () => clock.now());
  }

  static async start(limits: Limits): Promise<World> {
    const clock = new FakeClock();
    return new World(await startTestApp({ limits, clock, config: { adminToken: ADMIN_TOKEN } }), clock, limits);
  }

  /** Makes calls at once, each with what is known before it, and takes in what has come of them. @throws Unsound */
  async callAtOnce<Asked extends { readonly request: Omit<Attempt, 'describe'> }>(
    asked: readonly Asked[],
    call: (asked: Asked, before: Snapshot) => Promise<Exchange>,
  ): Promise<void> {
    const calls = asked.map((each) => ({
      call: call(each, snapshot(this.facts, each.request)),
      isWait: mayWait(each.request),
    }));
    for (const { call, isWait } of calls) if (isWait) this.#wait(call);
    this.#conclude(await Promise.all(calls.filter(({ isWait }) => !isWait).map(({ call }) => call)));
  }

  /** Looks at everything in the end: what waits, streams, what is kept, the log. @throws Unsound */
  async finish(streams: readonly StreamReader[]): Promise<void> {
    await this.#settle();
    for (const stream of streams) await stream.check(this.facts);
    await checkSoundness(this.facts, this.app.port);
    this.#checkLog();
  }

  /** Takes in what has come of calls that were made at once. */
  #conclude(exchanges: readonly Exchange[]): void {
    const all = [...exchanges, ...this.#waited];
    this.#waited = [];
    if (this.#failure !== undefined) throw this.#failure;
    for (const exchange of all) learn(this.facts, exchange);
    judge(this.facts, all);
  }

  /** A call that may take until time has passed; it is concluded with those that are made then. */
  #wait(call: Promise<Exchange>): void {
    const settled = call.then(
      (exchange) => void this.#waited.push(exchange),
      (error: Error) => void (this.#failure ??= error),
    );
    const waiting = settled.then(() => void this.#waiting.delete(waiting));
    this.#waiting.add(waiting);
  }

  /** Lets time pass; whoever waits is answered before. */
  async pass(ms: number): Promise<void> {
    await this.#settle();
    this.clock.advance(ms);
  }

  /** Lets as much time pass as all take that wait. */
  async #settle(): Promise<void> {
    while (this.#waiting.size > 0) {
      this.clock.advance(WAIT_STEP_MS);
      await Promise.race([Promise.all(this.#waiting), setImmediate()]);
    }
    this.#conclude([]);
  }

  /** Says so if the server has complained. */
  #checkLog(): void {
    const complaints = this.app.logLines.filter((line) => !line.startsWith('info:') && !line.startsWith('debug:'));
    if (complaints.length > 0) throw new Unsound(`in the log: ${complaints.join('; ')}`);
  }
}

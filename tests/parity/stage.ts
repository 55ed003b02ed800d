/** Where a scenario is played: a server whose time stands still, and people who call it through either API. */

import type { Limits } from '../../src/domain/limits.ts';
import type { Rates } from '../../src/domain/rates.ts';
import type { Method } from '../../src/service/calls.ts';
import { openMemoryStorage } from '../../src/storage/memory/open-memory-storage.ts';
import { disturbed } from '../support/disturbed-storage.ts';
import { ADMIN_TOKEN } from '../support/admin-token.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { quiet } from '../support/live-scene.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { isRefused, type Api, type ApiName, type Events, type Fields, type Outcome, type Refused } from './api.ts';
import { noteCall, noteEvent } from './coverage.ts';
import { withoutDifferences } from './differences.ts';
import { withValues, type Names } from './expectation.ts';
import { GrpcApi } from './grpc-api.ts';
import { HttpApi } from './http-api.ts';

/** Says which API carries the call of a number. */
export type Carrier = (turn: number) => ApiName;

/** What happens before an operation of the storage; the operation fails with what this throws. */
export type Mood = (operation: string) => void | Promise<void>;

/** How far a call that was begun must have come: so many times more this operation is asked of the storage. */
export interface Reaching {
  readonly operation: string;
  readonly times?: number;
}

/** Who shows the admin token. */
export const OPERATOR = 'the operator';

/** So many calls go on at one time, where one makes many. */
const AT_ONCE = 25;

interface OpenStream {
  readonly api: ApiName;
  readonly request: Fields;
  readonly events: Events;
}

interface PendingCall {
  readonly api: ApiName;
  readonly method: Method;
  readonly request: Fields;
  readonly outcome: Promise<Outcome>;
}

export class Stage {
  readonly clock = new FakeClock();
  readonly names: Names = new Map();
  /** Everything answered so far, in order. */
  readonly outcomes: unknown[] = [];
  mood: Mood = () => {};
  release = (): void => {};
  readonly #carrier: Carrier;
  readonly #operations = new Map<string, number>();
  readonly #storage = disturbed(openMemoryStorage(), {
    before: (operation) => {
      this.#operations.set(operation, this.#timesAsked(operation) + 1);
      return this.mood(operation);
    },
  });
  readonly #tokens = new Map([[OPERATOR, ADMIN_TOKEN]]);
  readonly #streams = new Map<string, OpenStream>();
  readonly #pending = new Map<string, PendingCall>();
  #app: TestApp | undefined;
  #apis: Readonly<Record<ApiName, Api>> | undefined;
  #turn = 0;

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
  }

  async open(limits: Partial<Limits>, rates: Partial<Rates>): Promise<void> {
    this.#app = await startTestApp({
      limits,
      rates,
      config: { adminToken: ADMIN_TOKEN },
      clock: this.clock,
      storage: this.#storage,
    });
    this.#apis = { gRPC: new GrpcApi(this.#app.client), HTTP: new HttpApi(this.#app.port) };
  }

  /** Makes a call as somebody. Of a stream it is its beginning. */
  async call(who: string, method: Method, request: Fields): Promise<Outcome> {
    const call = this.#send(who, method, request);
    return await this.#answered(call, who);
  }

  /** Makes a call many times, some of them at once, of which nothing is kept: all must be answered. */
  async callManyTimes(times: number, who: string, method: Method, request: Fields): Promise<void> {
    for (let left = times; left > 0; left -= AT_ONCE) {
      const calls = Array.from({ length: Math.min(left, AT_ONCE) }, () => this.#send(who, method, request).outcome);
      for (const outcome of await Promise.all(calls)) {
        if ('refused' in outcome) throw new Error(`${who} ${method} was refused: ${outcome.refused.message}`);
      }
    }
  }

  /** Whether no stream and no wait is held. */
  get nobodyListens(): boolean {
    return this.#storage.openWatches === 0;
  }

  /** Begins a call, and returns once it has come as far as said. */
  async begin(label: string, who: string, method: Method, request: Fields, reaching: Reaching): Promise<void> {
    const { operation, times = 1 } = reaching;
    const goal = this.#timesAsked(operation) + times;
    this.#pending.set(label, this.#send(who, method, request));
    while (this.#timesAsked(operation) < goal) await quiet(1);
    await quiet();
  }

  async outcomeOf(label: string): Promise<Outcome> {
    const call = this.#pending.get(label);
    if (call === undefined) throw new Error(`no call is called ${label}`);
    return await this.#answered(call, label);
  }

  subscribe(label: string, who: string, request: Fields): void {
    const api = this.#nextApi();
    const values = withValues(request, this.names);
    const events = api.subscribe(values, this.#tokens.get(who));
    this.#streams.set(label, { api: api.name, request: values, events });
  }

  async nextEvent(label: string, { isKept = true } = {}): Promise<Fields | Refused | undefined> {
    const { api, request, events } = this.#stream(label);
    const event = await events.next();
    if (event !== undefined) noteEvent(api, request, event);
    if (isKept) this.outcomes.push(event);
    return event;
  }

  /** Everything that a stream still brings, of which nothing is kept. @throws if it breaks off. */
  async rest(label: string): Promise<readonly Fields[]> {
    const { api, request, events } = this.#stream(label);
    const rest: Fields[] = [];
    for (let event = await events.next(); event !== undefined; event = await events.next()) {
      noteEvent(api, request, event);
      rest.push(event as Fields);
    }
    return rest;
  }

  /** Leaves the only stream of its reader, and returns once the server has noticed. */
  async leave(label: string): Promise<void> {
    const { openWatches } = this.#storage;
    this.#stream(label).events.leave();
    while (this.#storage.openWatches >= openWatches) await quiet(1);
  }

  /** Lets an operation of the storage not return until it is released. */
  hold(operation: string): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.mood = (asked) => (asked === operation ? promise : undefined);
    this.release = () => {
      this.mood = () => {};
      resolve();
    };
  }

  /** Stops the server. @returns whether it stopped in time, and nothing had to be cut for that. */
  async close(): Promise<boolean> {
    const app = this.#app!;
    const inTime = await app.stop();
    await app.close();
    return inTime && !app.logLines.some((line) => line.includes('cutting'));
  }

  /** Begins to stop the server. */
  beginToStop(): void {
    void this.#app!.stop();
  }

  #send(who: string, method: Method, request: Fields): PendingCall {
    const api = this.#nextApi();
    const values = withValues(request, this.names);
    const token = this.#tokens.get(who);
    const outcome =
      method === 'Subscribe' ? beginningOf(api.subscribe(values, token)) : api.call(method, values, token);
    return { api: api.name, method, request: values, outcome };
  }

  async #answered({ api, method, request, outcome }: PendingCall, who: string): Promise<Outcome> {
    const settled = await outcome;
    noteCall(api, method, request, settled);
    this.outcomes.push(withoutDifferences(request, settled));
    if (method === 'CreateSession' && 'answer' in settled) this.#tokens.set(who, String(settled.answer['token']));
    return settled;
  }

  #nextApi(): Api {
    return this.#apis![this.#carrier(this.#turn++)];
  }

  #stream(label: string): OpenStream {
    const stream = this.#streams.get(label);
    if (stream === undefined) throw new Error(`no stream is called ${label}`);
    return stream;
  }

  #timesAsked(operation: string): number {
    return this.#operations.get(operation) ?? 0;
  }
}

/** What a stream begins with, as what the call came to; the stream is left. */
async function beginningOf(events: Events): Promise<Outcome> {
  const event = await events.next();
  events.leave();
  return isRefused(event) ? { refused: event } : { answer: event ?? {} };
}

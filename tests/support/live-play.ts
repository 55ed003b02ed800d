/** Two people in a chat, steps that they take, and what must have come of them whatever else happened meanwhile. */

import assert from 'node:assert/strict';
import { type ErrorCode, Refusal } from '../../src/domain/errors.ts';
import { DEFAULT_LIMITS, MAX_WAIT_MS } from '../../src/domain/limits.ts';
import type { EndReason, LiveEvent } from '../../src/live/events.ts';
import { createLiveHub } from '../../src/live/live-hub.ts';
import type { FetchUnreadResponse } from '../../src/service/responses.ts';
import { type LiveScene, quiet, type Person } from './live-scene.ts';
import { caughtUp, Reader } from './reader.ts';

/** Ada made the chat and posts. Both read, and Bob waits. */
export type Who = 'ada' | 'bob';

/** Streams are opened from a part of the way through the chat, or from now. */
export type Step =
  | { readonly do: 'post'; readonly count: number }
  | { readonly do: 'open'; readonly who: Who; readonly from: number | undefined; readonly isSlow: boolean }
  | { readonly do: 'take'; readonly which: number }
  | { readonly do: 'pause'; readonly turns: number }
  | { readonly do: 'wait' | 'close chat' | 'shut down' }
  | { readonly do: 'end session'; readonly who: Who };

/** A stream that was accepted: where it was asked to start, and the chat's last seq at that time. */
interface Stream {
  readonly reader: Reader;
  readonly who: Who;
  readonly afterSeq: number | undefined;
  readonly lastSeq: number;
}

/** More turns of the event loop than it takes from a notification to all that comes of it. */
const SETTLED_TURNS = 60;
/** After which a look needs no notification. */
const LOOK_EVERY_MS = 20_000;

/** How a call is refused where a stream would end. */
const REFUSALS: Readonly<Record<Exclude<EndReason, 'READER_TOO_SLOW'>, ErrorCode>> = {
  CHAT_CLOSED: 'CHAT_NOT_FOUND',
  SESSION_ENDED: 'UNAUTHENTICATED',
  SERVER_GOING_AWAY: 'SHUTTING_DOWN',
};

/** Checks throw where a promise of streams or waits is broken. */
export class LivePlay {
  readonly #scene: LiveScene;
  readonly #people: Readonly<Record<Who, Person>>;
  readonly #chatId: string;
  readonly #streams: Stream[] = [];
  readonly #opening: Promise<void>[] = [];
  readonly #waits: Promise<void>[] = [];
  readonly #answers: (FetchUnreadResponse | Refusal)[] = [];
  readonly #endedSessions = new Set<Who>();
  #isChatClosed = false;
  #isShutDown = false;
  #lastSeq = 0;

  private constructor(scene: LiveScene, people: Readonly<Record<Who, Person>>, chatId: string) {
    this.#scene = scene;
    this.#people = people;
    this.#chatId = chatId;
  }

  static async begin(scene: LiveScene, maxMessages: number): Promise<LivePlay> {
    const people = { ada: await scene.person('Ada'), bob: await scene.person('Bob') };
    const chatId = await scene.chat(people.ada, { maxMessages });
    // From here on Bob has a position, at 0.
    await scene.wait(people.bob, chatId, { waitMs: 0 });
    return new LivePlay(scene, people, chatId);
  }

  /** Takes a step. Those that open a stream or a wait are not finished then. */
  async take(step: Step): Promise<void> {
    const { ada } = this.#people;
    switch (step.do) {
      case 'post':
        if (!this.#isChatClosed) ({ seq: this.#lastSeq } = await this.#scene.post(ada, this.#chatId, step.count));
        break;
      case 'open':
        this.#opening.push(this.#open(step));
        break;
      case 'take':
        this.#streams[step.which % this.#streams.length]?.reader.take();
        break;
      case 'pause':
        await quiet(step.turns);
        break;
      case 'wait':
        this.#waits.push(this.#wait());
        break;
      case 'close chat':
        this.#isChatClosed = true;
        await this.#scene.close(ada, this.#chatId);
        break;
      case 'shut down':
        this.#isShutDown = true;
        await this.#scene.hub.shutdown();
        break;
      case 'end session':
        this.#endedSessions.add(step.who);
        if (step.who === 'ada') this.#isChatClosed = true;
        await this.#scene.end(this.#people[step.who]);
    }
  }

  /** Lets everything be known to the hub that has happened; if notifications were lost, by its looking now and then. */
  async settle({ isDeaf }: { readonly isDeaf: boolean }): Promise<void> {
    await Promise.all(this.#opening);
    await quiet(SETTLED_TURNS);
    if (!isDeaf) return;
    this.#scene.clock.advance(LOOK_EVERY_MS);
    await quiet(SETTLED_TURNS);
  }

  /**
   * Every stream has each message once and in order, or is told that it was missed: to the end of the chat, or up to exactly
   * one end, where another instance can go on.
   */
  async checkStreams(): Promise<void> {
    for (const stream of this.#streams) {
      const { reader, who } = stream;
      const handed = reader.events.length;
      reader.hurry();
      const reasons = this.#reasonsToEnd(who);
      if (reader.isCut) {
        // It has lost its end, having taken its time; what came before that holds all the same.
        assert(reasons.length > 0);
        follow(stream);
      } else if (reasons.length === 0) {
        await reader.until(({ marks, reached }) => reached === this.#lastSeq && marks.some(isCaughtUp));
        await quiet(SETTLED_TURNS);
        assert.equal(follow(stream), this.#lastSeq);
      } else {
        await reader.untilEnd();
        const { reason, seq } = endOf(reader);
        assert(reasons.some((possible) => possible === reason));
        assert.equal(follow(stream), seq);
        const late = reader.events.slice(handed);
        assert(late.every(isEnd), 'what was undelivered at the end stays so');
        if (!this.#isChatClosed && !this.#endedSessions.has(who)) await this.#checkResuming(who, seq);
      }
    }
  }

  /** Waits last only while nothing is unread and nothing ends, and their answers are each message once, or that it was missed. */
  async checkWaits(): Promise<void> {
    const pending = this.#waits.length - this.#answers.length;
    if (this.#reasonsToEnd('bob').length > 0) assert.equal(pending, 0);
    const rest = await this.#fetchUnread();
    assert(pending === 0 || (!(rest instanceof Refusal) && rest.messages.length === 0));
    this.#scene.clock.advance(MAX_WAIT_MS);
    await Promise.all(this.#waits);

    const pages: FetchUnreadResponse[] = [];
    for (const answer of [...this.#answers, rest]) {
      if (answer instanceof Refusal) assert(this.#refusals('bob').includes(answer.code));
      else if (answer.messages.length > 0) pages.push(answer);
    }
    // The storage takes somebody whom it does not know any more for a first visitor.
    if (this.#endedSessions.has('bob')) return;
    let cursor = 0;
    for (const { messages, missed, position } of pages.toSorted((a, b) => a.position - b.position)) {
      cursor += missed;
      for (const { seq } of messages) assert.equal(seq, ++cursor);
      assert.equal(position, cursor);
    }
    if (!this.#isChatClosed) assert.equal(cursor, this.#lastSeq);
  }

  async #open({ who, from, isSlow }: Step & { do: 'open' }): Promise<void> {
    const lastSeq = this.#lastSeq;
    const afterSeq = from === undefined ? undefined : Math.floor(from * lastSeq);
    const reader = new Reader({ isSlow });
    const caller = this.#scene.caller(this.#people[who]);
    const refusal = await this.#scene.hub.subscribe(caller, { chatId: this.#chatId, afterSeq }, reader);
    if (refusal === undefined) this.#streams.push({ reader, who, afterSeq, lastSeq });
    else assert(this.#refusals(who).includes(refusal.code));
  }

  async #wait(): Promise<void> {
    this.#answers.push(await this.#fetchUnread(MAX_WAIT_MS));
  }

  #fetchUnread(waitMs = 0): Promise<FetchUnreadResponse | Refusal> {
    return this.#scene.wait(this.#people.bob, this.#chatId, { waitMs });
  }

  async #checkResuming(who: Who, afterSeq: number): Promise<void> {
    const { storage, clock, log } = this.#scene;
    const elsewhere = createLiveHub({ storage, clock, log, limits: DEFAULT_LIMITS });
    const reader = new Reader();
    const caller = this.#scene.caller(this.#people[who]);
    assert.equal(await elsewhere.subscribe(caller, { chatId: this.#chatId, afterSeq }, reader), undefined);
    await reader.until(({ marks }) => marks.some(isCaughtUp));
    assert.equal(follow({ reader, afterSeq, lastSeq: this.#lastSeq }), this.#lastSeq);
    await elsewhere.shutdown();
  }

  /** Why a stream must have ended by now: for one of these reasons. */
  #reasonsToEnd(who: Who): readonly (keyof typeof REFUSALS)[] {
    const reasons: (keyof typeof REFUSALS)[] = [];
    if (this.#isChatClosed) reasons.push('CHAT_CLOSED');
    if (this.#endedSessions.has(who)) reasons.push('SESSION_ENDED');
    if (this.#isShutDown) reasons.push('SERVER_GOING_AWAY');
    return reasons;
  }

  /** How a stream or a wait may have been refused by now. */
  #refusals(who: Who): readonly ErrorCode[] {
    return this.#reasonsToEnd(who).map((reason) => REFUSALS[reason]);
  }
}

/** How far a stream has come. @throws where an event does not follow from the ones before. */
function follow({ reader: { events }, afterSeq, lastSeq }: Omit<Stream, 'who'>): number {
  let cursor = afterSeq ?? startOf(events, lastSeq);
  for (const event of events) {
    if (event.type === 'messages') {
      assert(event.messages.length > 0);
      for (const { seq } of event.messages) assert.equal(seq, ++cursor);
    } else if (event.type === 'missed') {
      assert(event.count > 0);
      assert.equal(event.seq, (cursor += event.count));
    } else if (event.type === 'caught-up') {
      assert.deepEqual(event, caughtUp(cursor));
      assert(cursor >= lastSeq, 'what was there when the stream was asked for comes before the mark');
    } else {
      assert.equal(event, events.at(-1));
      assert.equal(event.seq, cursor);
    }
  }
  assert(events.filter(isCaughtUp).length <= 1);
  return cursor;
}

/** Where a stream from now begins: it has nothing to replay. */
function startOf([first]: readonly LiveEvent[], lastSeq: number): number {
  assert(first?.type === 'caught-up' || first?.type === 'end');
  assert(first.seq >= lastSeq);
  return first.seq;
}

function endOf({ events }: Reader): LiveEvent & { readonly type: 'end' } {
  const last = events.at(-1);
  assert(last?.type === 'end');
  return last;
}

function isCaughtUp({ type }: LiveEvent): boolean {
  return type === 'caught-up';
}

function isEnd({ type }: LiveEvent): boolean {
  return type === 'end';
}

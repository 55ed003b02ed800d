/** An instance is told to stop while very many read and post: nobody loses a word, and everybody knows where to go on. */

import { afterEach, expect, test } from 'vitest';
import { grpcCaller, httpCaller, type Caller } from './support/callers.ts';
import { Fleet } from './support/fleet.ts';
import { Listener } from './support/listener.ts';
import { openChats } from './support/open-chats.ts';
import { PacedLoad } from './support/paced-load.ts';
import { startDurableRedis, type FragileStorage } from './support/storages.ts';

const CHATS = 100;
const STREAMS_PER_CHAT = 10;
const POSTERS = 80;
/** Of one poster: all together, somewhat more than 500 a second. */
const POST_EVERY_MS = 120;
const POSTS_BEFORE = 2_000;
/** Of each kind; a person has several tabs, not a thousand. */
const CALLERS = 10;
/** The instance that is told to stop, and the one that goes on. */
const LEAVING = 0;
const STAYING = 1;
const FLAGS = ['--drain-delay', '1s', '--shutdown-grace', '20s'];
/** Failures after which a call may be made again: it never got there, or was told to. */
const RETRYABLE = new Set(['UNAVAILABLE', '503', 'NOT_CONNECTED']);

const closing: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each.close();
});

const memory: FragileStorage['env'] = { VECHE_STORAGE: 'memory' };

test.each([
  ['memory', 1, async () => memory],
  [
    'Redis',
    2,
    async () => {
      const storage = await startDurableRedis();
      closing.push(storage);
      return storage.env;
    },
  ],
])(
  'told to stop with 1000 streams and 500 posts a second, an instance on %s loses nothing',
  async (name, size, env) => {
    const fleet = await Fleet.start(await env(), size, FLAGS);
    closing.push(fleet);
    const { token, chats } = await openChats(fleet, CHATS);
    const crowd = (instance: number): readonly Caller[] => {
      const callers = Array.from({ length: CALLERS }, () => [
        grpcCaller(fleet.ports[instance]!, token),
        httpCaller(fleet.ports[instance]!, token),
      ]);
      closing.push(...callers.flat());
      return callers.flat();
    };
    const leaving = crowd(LEAVING);
    const listeners = chats.flatMap((chatId) => Array.from({ length: STREAMS_PER_CHAT }, () => new Listener(chatId)));
    const streams = listeners.map((listener, index) => listener.follow(leaving[index % leaving.length]!));
    await Promise.all(listeners.map((listener) => listener.until(({ isCaughtUp }) => isCaughtUp)));

    const elsewhere = size > STAYING ? crowd(STAYING) : undefined;
    const load = new PacedLoad({ chats, callers: leaving, elsewhere, posters: POSTERS, everyMs: POST_EVERY_MS });
    await load.more(POSTS_BEFORE);
    const rate = load.rate;
    const toldAt = performance.now();
    expect(await fleet.terminate(LEAVING)).toBe(0);
    const stoppedAfterMs = performance.now() - toldAt;
    await Promise.all(streams);
    await load.stop();

    expect(load.failures.filter(({ how }) => !RETRYABLE.has(how))).toStrictEqual([]);
    expect(listeners.flatMap((listener) => faultsOf(listener, load))).toStrictEqual([]);
    expect(new Set(listeners.flatMap(({ endings }) => endings.map(({ reason }) => reason)))).toStrictEqual(
      new Set(['SERVER_GOING_AWAY']),
    );
    expect(listeners.filter(({ endings }) => endings.length !== 1)).toStrictEqual([]);
    const staying = elsewhere && (await goOn(listeners, elsewhere, load));
    expect(staying ?? []).toStrictEqual([]);
    const ways = Object.entries(Object.groupBy(load.failures, ({ how }) => how)).map(
      ([how, all]) => `${all!.length} ${how}`,
    );
    console.log(
      `${name}: ${listeners.length} streams, ${Math.round(rate)} posts a second; stopped after ${Math.round(stoppedAfterMs)} ms; ` +
        `${load.acknowledged} acknowledged, none lost; failed calls: ${ways.join(', ') || 'none'}`,
    );
  },
);

/** What is not as promised of what somebody heard: a sentence for each. */
function faultsOf({ chatId, heard, faults, failures }: Listener, load: PacedLoad): readonly string[] {
  const repeated = heard.length - new Set(heard.map(({ text }) => text)).size;
  return [
    ...faults,
    ...failures.map(({ how }) => `a stream broke off: ${how}`),
    ...load.lost(chatId, heard),
    ...(repeated > 0 ? [`${repeated} messages of ${chatId} are there twice`] : []),
  ];
}

/** In each chat the one who was sent away first goes on elsewhere, until they have heard everything. */
async function goOn(
  listeners: readonly Listener[],
  callers: readonly Caller[],
  load: PacedLoad,
): Promise<readonly string[]> {
  const first = new Map<string, Listener>();
  for (const listener of listeners) {
    const other = first.get(listener.chatId);
    if (other === undefined || listener.seq < other.seq) first.set(listener.chatId, listener);
  }
  const faults = Array.from(first.values(), async (listener, index) => {
    void listener.follow(callers[index % callers.length]!);
    await listener.until(({ seq }) => seq >= load.countOf(listener.chatId));
    return faultsOf(listener, load);
  });
  return (await Promise.all(faults)).flat();
}

/** Three instances behind the balancer are restarted one after the other, again and again, under load: nobody notices. */

import { afterEach, expect, test } from 'vitest';
import { startBalancer } from '../support/servers/haproxy-server.ts';
import { CallFailed, grpcCaller, httpCaller, type Caller } from './support/callers.ts';
import { Fleet } from './support/fleet.ts';
import { Listener } from './support/listener.ts';
import { openChats } from './support/open-chats.ts';
import { PacedLoad } from './support/paced-load.ts';
import { startDurableRedis } from './support/storages.ts';

const INSTANCES = 3;
const ROUNDS = 5;
/** Longer than the balancer takes to notice, by its configuration. */
const FLAGS = ['--drain-delay', '2s'];
const CHATS = 4;
/** Of each API. */
const LISTENERS_PER_CHAT = 3;
const POSTERS = 8;
const POST_EVERY_MS = 50;
/** Between two restarts. */
const POSTS_BETWEEN = 50;

/** As the guides of gRPC have it. */
const RETRY_POLICY = {
  methodConfig: [
    {
      name: [{}],
      retryPolicy: {
        maxAttempts: 5,
        initialBackoff: '0.1s',
        maxBackoff: '2s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
};
/** The same in HTTP: the server, or the balancer, has nobody who could answer now. */
const RETRYABLE = new Set(['502', '503', '504', 'NOT_CONNECTED', 'UND_ERR_SOCKET', 'ECONNRESET']);
const MAX_ATTEMPTS = 5;

const closing: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each.close();
});

test('a rolling restart of three instances, five rounds under load, is noticed by nobody', async () => {
  const storage = await startDurableRedis();
  closing.push(storage);
  const fleet = await Fleet.start(storage.env, INSTANCES, FLAGS);
  closing.push(fleet);
  const balancer = await startBalancer(fleet.ports);
  closing.push(balancer);
  const { token, chats } = await openChats(fleet, CHATS);
  const http = retrying(httpCaller(balancer.port, token));
  const grpc = (): Caller => {
    const caller = grpcCaller(balancer.port, token, RETRY_POLICY);
    closing.push(caller);
    return caller;
  };

  const stopped = new AbortController();
  closing.push({ close: () => stopped.abort() });
  const listeners = chats.flatMap((chatId) =>
    Array.from({ length: 2 * LISTENERS_PER_CHAT }, () => new Listener(chatId)),
  );
  for (const [index, listener] of listeners.entries())
    void follow(listener, index % 2 === 0 ? grpc() : http, stopped.signal);
  await Promise.all(listeners.map((listener) => listener.until(({ isCaughtUp }) => isCaughtUp)));
  const load = new PacedLoad({ chats, callers: [grpc(), http], posters: POSTERS, everyMs: POST_EVERY_MS });

  for (let restart = 0; restart < ROUNDS * INSTANCES; restart++) {
    await load.more(POSTS_BETWEEN);
    expect(await fleet.terminate(restart)).toBe(0);
    await fleet.restart(restart);
  }
  await load.more(POSTS_BETWEEN);
  await load.stop();

  expect(load.failures).toStrictEqual([]);
  for (const listener of listeners) {
    const count = load.countOf(listener.chatId);
    await listener.until(({ seq }) => seq >= count);
    expect(listener.faults).toStrictEqual([]);
    expect(listener.failures).toStrictEqual([]);
    expect(listener.heard.map(({ text }) => text)).toStrictEqual(load.textsOf(listener.chatId));
  }
  const endings = listeners.flatMap((listener) => listener.endings);
  expect(new Set(endings.map(({ reason }) => reason))).toStrictEqual(new Set(['SERVER_GOING_AWAY']));
  console.log(
    `${ROUNDS * INSTANCES} restarts: ${load.acknowledged} posts, ${load.failures.length} errors; ` +
      `${listeners.length} readers over ${endings.length} ended streams, 0 gaps`,
  );
});

/** Reads on wherever a stream ends. */
async function follow(listener: Listener, caller: Caller, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await listener.follow(caller);
}

/** Makes calls again that may be made again, as a careful client does around `fetch`. */
function retrying(caller: Caller): Caller {
  return {
    ...caller,
    async post(post) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await caller.post(post);
        } catch (error) {
          if (!mayRetry(error, attempt)) throw error;
          await backOff(attempt);
        }
      }
    },
    async *follow(chatId, afterSeq) {
      for (let attempt = 1; ; attempt++) {
        let hasBegun = false;
        try {
          for await (const item of caller.follow(chatId, afterSeq)) {
            hasBegun = true;
            yield item;
          }
          return;
        } catch (error) {
          if (hasBegun || !mayRetry(error, attempt)) throw error;
          await backOff(attempt);
        }
      }
    },
  };
}

function mayRetry(error: unknown, attempt: number): boolean {
  return error instanceof CallFailed && RETRYABLE.has(error.how) && attempt < MAX_ATTEMPTS;
}

function backOff(attempt: number): Promise<void> {
  const longestMs = Math.min(2_000, 100 * 2 ** (attempt - 1));
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longestMs));
}

import { describe, expect, test } from 'vitest';
import { Refusal } from '../domain/errors.ts';
import { MAX_END_DELIVERY_MS } from '../domain/limits.ts';
import { disturbed, type DisturbedStorage } from '../../tests/support/disturbed-storage.ts';
import { LiveScene, quiet, SESSION_TTL_MS } from '../../tests/support/live-scene.ts';
import { Reader } from '../../tests/support/reader.ts';
import type { EndReason, LiveEvent } from './events.ts';

function end(reason: EndReason, seq: number): LiveEvent {
  return { type: 'end', reason, seq };
}

describe('when a chat closes', () => {
  test('by hand, its streams end with the reason and the last seq handed over', async () => {
    const scene = new LiveScene();
    const [ada, bob] = [await scene.person(), await scene.person()];
    const chatId = await scene.chat(ada);
    const readers = [await scene.read(ada, chatId), await scene.read(bob, chatId)];
    await scene.post(ada, chatId, 3);
    await Promise.all(readers.map((reader) => reader.untilSeq(3)));
    await scene.close(ada, chatId);
    await Promise.all(readers.map((reader) => reader.untilEnd()));
    expect(readers.map(({ events }) => events.at(-1))).toEqual([end('CHAT_CLOSED', 3), end('CHAT_CLOSED', 3)]);
  });

  test('by its deadline, its streams end although nothing happens', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada, { ttlMs: 40 * 24 * 3_600_000 });
    const reader = await scene.read(ada, chatId);
    scene.clock.advance(40 * 24 * 3_600_000 - 1);
    await quiet();
    expect(reader.hasEnded).toBe(false);
    scene.clock.advance(1);
    await reader.untilEnd();
    expect(reader.events.at(-1)).toEqual(end('CHAT_CLOSED', 0));
  });

  test('nothing undelivered is sent any more', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await scene.post(ada, chatId, 2);
    const live = await scene.read(ada, chatId, { isSlow: true });
    const replaying = await scene.read(ada, chatId, { afterSeq: 0, isSlow: true });
    await replaying.until(({ isBusy }) => isBusy);
    await scene.post(ada, chatId, 3);
    await quiet();
    await scene.close(ada, chatId);
    await quiet();
    live.hurry();
    replaying.hurry();
    expect(live.events.map(({ type }) => type)).toEqual(['caught-up', 'end']);
    expect(live.events.at(-1)).toEqual(end('CHAT_CLOSED', 2));
    expect(replaying.events.map(({ type }) => type)).toEqual(['messages', 'end']);
  });

  test('while a stream is being opened, the stream is refused', async () => {
    const { promise: isRead, resolve: letGo } = Promise.withResolvers<void>();
    let reads = 0;
    // The first read is the feed's own. The second, which asks where the stream begins, and the one that finds the chat
    // closed are answered at one time.
    const after = async (operation: string): Promise<void> => {
      if (operation === 'readMessages' && ++reads >= 2) await isRead;
    };
    const scene = new LiveScene({ disturb: (storage) => disturbed(storage, { after }) });
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const refusal = scene.hub.subscribe(scene.caller(ada), { chatId, afterSeq: undefined }, new Reader());
    await quiet();
    await scene.close(ada, chatId);
    await quiet();
    letGo();
    expect(await refusal).toEqual(new Refusal('CHAT_NOT_FOUND'));
    expect(scene.hub).toMatchObject({ openStreams: 0, openFeeds: 0 });
    expect(scene.clock.pending).toBe(0);
  });

  test('the streams of other chats go on', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const [here, there] = [await scene.chat(ada), await scene.chat(ada)];
    const reader = await scene.read(ada, there);
    await scene.read(ada, here);
    await scene.close(ada, here);
    await quiet();
    await scene.post(ada, there);
    await reader.untilSeq(1);
    expect(scene.hub.openStreams).toBe(1);
  });
});

describe('when a session ends', () => {
  test('by hand, its streams end on every chat, and those of others go on', async () => {
    const scene = new LiveScene();
    const [ada, bob] = [await scene.person(), await scene.person()];
    const [here, there] = [await scene.chat(ada), await scene.chat(ada)];
    const ending = [await scene.read(bob, here), await scene.read(bob, there)];
    const staying = await scene.read(ada, here);
    await scene.end(bob);
    await Promise.all(ending.map((reader) => reader.untilEnd()));
    expect(ending.map(({ events }) => events.at(-1))).toEqual([end('SESSION_ENDED', 0), end('SESSION_ENDED', 0)]);
    await scene.post(ada, here);
    await staying.untilSeq(1);
  });

  test('by its deadline, its streams end although nothing happens', async () => {
    const scene = new LiveScene();
    const [ada, bob] = [await scene.person(), await scene.person()];
    const reader = await scene.read(bob, await scene.chat(ada));
    scene.clock.advance(SESSION_TTL_MS - 1);
    await quiet();
    expect(reader.hasEnded).toBe(false);
    scene.clock.advance(1);
    await reader.untilEnd();
    expect(reader.events.at(-1)).toEqual(end('SESSION_ENDED', 0));
  });

  test('a post has moved the deadline, and its streams stay open until then', async () => {
    const scene = new LiveScene();
    const [ada, bob] = [await scene.person(), await scene.person()];
    const chatId = await scene.chat(ada);
    const reader = await scene.read(bob, chatId);
    scene.clock.advance(SESSION_TTL_MS / 2);
    await scene.post(bob, chatId);
    scene.clock.advance(SESSION_TTL_MS - 1);
    await quiet();
    expect(reader.hasEnded).toBe(false);
    scene.clock.advance(1);
    await reader.untilEnd();
    expect(reader.events.at(-1)).toEqual(end('SESSION_ENDED', 1));
  });

  test('closing the last chat of a silent creator starts the end of the session, which the streams then follow', async () => {
    const scene = new LiveScene();
    const [ada, bob] = [await scene.person(), await scene.person()];
    const own = await scene.chat(bob);
    const reader = await scene.read(bob, await scene.chat(ada));
    scene.clock.advance(3 * SESSION_TTL_MS);
    await scene.close(bob, own);
    await quiet();
    expect(reader.hasEnded).toBe(false);
    scene.clock.advance(SESSION_TTL_MS);
    await reader.untilEnd();
    expect(reader.events.at(-1)).toEqual(end('SESSION_ENDED', 0));
  });
});

describe('when the server goes away', () => {
  test('every stream ends with the seq to resume after, and none begins', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await scene.post(ada, chatId, 5);
    const caughtUp = await scene.read(ada, chatId);
    const halfway = await scene.read(ada, chatId, { afterSeq: 2, isSlow: true });
    await quiet();
    const late = new Reader();
    const beginning = scene.hub.subscribe(scene.caller(ada), { chatId, afterSeq: 0 }, late);
    await scene.hub.shutdown();
    halfway.hurry();
    expect(caughtUp.events.at(-1)).toEqual(end('SERVER_GOING_AWAY', 5));
    expect(halfway.events.at(-1)).toEqual(end('SERVER_GOING_AWAY', 5));
    expect(await beginning).toEqual(new Refusal('SHUTTING_DOWN'));
    const refused = await scene.hub.subscribe(scene.caller(ada), { chatId, afterSeq: 0 }, late);
    expect(refused).toEqual(new Refusal('SHUTTING_DOWN'));
    expect(late.events).toEqual([]);
  });
});

describe('when a stream is as old as it may become', () => {
  /** Of so much that a reader is not cut within what makes ages differ. */
  const AGE_MS = 20_000;

  test('it ends with the seq to resume after, give or take a tenth of its age', async () => {
    const scene = new LiveScene({ maxStreamAgeMs: AGE_MS });
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await scene.post(ada, chatId, 2);
    const readers = await Promise.all(Array.from({ length: 50 }, () => scene.read(ada, chatId)));
    const hasEnded = (): readonly boolean[] => readers.map((reader) => reader.hasEnded);
    await quiet();
    scene.clock.advance(0.9 * AGE_MS - 1);
    await quiet();
    expect(new Set(hasEnded())).toEqual(new Set([false]));
    scene.clock.advance(0.1 * AGE_MS);
    await quiet();
    expect(new Set(hasEnded())).toEqual(new Set([true, false]));
    scene.clock.advance(0.1 * AGE_MS + 1);
    await Promise.all(readers.map((reader) => reader.untilEnd()));
    for (const { events } of readers) expect(events.at(-1)).toEqual(end('SERVER_GOING_AWAY', 2));
    expect(scene.hub.openStreams).toBe(0);
  });

  test('what it has on its way is still handed over', async () => {
    const scene = new LiveScene({ maxStreamAgeMs: AGE_MS });
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await scene.post(ada, chatId, 3);
    const reader = await scene.read(ada, chatId, { afterSeq: 0, isSlow: true });
    await reader.until(({ isBusy }) => isBusy);
    scene.clock.advance(1.1 * AGE_MS + 1);
    reader.hurry();
    await reader.untilEnd();
    expect(reader.seqs).toEqual([1, 2, 3]);
    expect(reader.events.at(-1)).toEqual(end('SERVER_GOING_AWAY', 3));
  });

  test('nothing of its age is left of one that ended before', async () => {
    const scene = new LiveScene({ maxStreamAgeMs: AGE_MS });
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const reader = await scene.read(ada, chatId);
    await quiet();
    await scene.close(ada, chatId);
    await reader.untilEnd();
    await quiet();
    expect(scene.clock.pending).toBe(0);
  });
});

describe('when its reader is gone', () => {
  test('a stream sends nothing any more, not even an end', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const gone = new AbortController();
    const reader = await scene.read(ada, chatId, { signal: gone.signal });
    await quiet();
    gone.abort();
    await scene.post(ada, chatId);
    await scene.close(ada, chatId);
    await quiet();
    expect(reader.events.map(({ type }) => type)).toEqual(['caught-up']);
    expect(reader.hasEnded).toBe(false);
  });

  test('before its stream was accepted, none begins', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const reader = await scene.read(ada, chatId, { signal: AbortSignal.abort() });
    await quiet();
    expect(reader.events).toEqual([]);
    expect(scene.hub.openStreams).toBe(0);
  });

  test('with the end event waiting to be taken, it is not sent', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const gone = new AbortController();
    const reader = await scene.read(ada, chatId, { isSlow: true, signal: gone.signal });
    await quiet();
    await scene.close(ada, chatId);
    await quiet();
    gone.abort();
    reader.take();
    expect(reader.events.map(({ type }) => type)).toEqual(['caught-up']);
  });
});

test('when all streams and waits have ended, nothing is held for them', async () => {
  let storage: DisturbedStorage | undefined;
  const scene = new LiveScene({ disturb: (real) => (storage = disturbed(real, {})) });
  const people = await Promise.all(Array.from({ length: 6 }, () => scene.person()));
  const [ada, bob, eve, kim, lee, max] = people as [never, never, never, never, never, never];
  const chatId = await scene.chat(ada);
  const closing = await scene.chat(ada, { ttlMs: 60_000 });
  const gone = new AbortController();
  await scene.read(bob, chatId, { isSlow: true });
  await scene.read(eve, chatId, { signal: gone.signal });
  await scene.read(kim, closing);
  const wait = scene.hub.waitFor(scene.caller(lee), { chatId, waitMs: 1_000 }, async () => undefined);
  const failing = scene.hub.waitFor(scene.caller(max), { chatId, waitMs: 1_000 }, () =>
    Promise.reject(new Error('no')),
  );
  await expect(failing).rejects.toThrow('no');
  await quiet();
  expect(scene.hub).toMatchObject({ openStreams: 3, openFeeds: 2 });
  expect(storage?.openWatches).toBe(6);
  gone.abort();
  await scene.end(bob);
  scene.clock.advance(60_000);
  await wait;
  await quiet();
  scene.clock.advance(MAX_END_DELIVERY_MS);
  expect(scene.hub).toMatchObject({ openStreams: 0, openFeeds: 0 });
  expect(storage?.openWatches).toBe(0);
  expect(scene.clock.pending).toBe(0);
});

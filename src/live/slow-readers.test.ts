import { describe, expect, test } from 'vitest';
import { MAX_END_DELIVERY_MS, MAX_STREAM_QUEUE_BYTES, MAX_STREAM_QUEUE_MESSAGES } from '../domain/limits.ts';
import { LiveScene, quiet } from '../../tests/support/live-scene.ts';
import { caughtUp } from '../../tests/support/reader.ts';
import type { LiveEvent } from './events.ts';

const KEPT = 50_000;

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** A chat with a reader that takes all and one that takes nothing, both live. */
async function slowAndFast(scene: LiveScene, maxMessages = KEPT) {
  const ada = await scene.person();
  const chatId = await scene.chat(ada, { maxMessages });
  const fast = await scene.read(ada, chatId, { afterSeq: 0 });
  const slow = await scene.read(ada, chatId, { afterSeq: 0, isSlow: true });
  await slow.until(({ isBusy }) => isBusy);
  const post = async (count: number, text = 'line'): Promise<number> => {
    const { seq } = await scene.post(
      ada,
      chatId,
      Array.from({ length: count }, () => text),
    );
    await quiet();
    return seq;
  };
  return { ada, chatId, fast, slow, post };
}

describe('a reader that is a little slow', () => {
  test('gets what came meanwhile in few events, without gap or repeat', async () => {
    const scene = new LiveScene();
    const { slow, post } = await slowAndFast(scene);
    for (let burst = 0; burst < 20; burst++) await post(5);
    slow.take();
    expect(slow.events.map(({ type }) => type)).toEqual(['caught-up', 'messages']);
    slow.hurry();
    await quiet();
    expect(slow.seqs).toEqual(range(1, 100));
  });

  test('shares its events with others as slow', async () => {
    const scene = new LiveScene();
    const { ada, chatId, slow, post } = await slowAndFast(scene);
    const other = await scene.read(ada, chatId, { isSlow: true });
    await quiet();
    for (let burst = 0; burst < 3; burst++) await post(2);
    slow.take();
    other.take();
    expect(slow.events.at(-1)).toMatchObject({ type: 'messages' });
    expect(slow.events.at(-1)).toBe(other.events.at(-1));
  });

  test('is not shown what was trimmed meanwhile, but told how much', async () => {
    const scene = new LiveScene();
    const { slow, post } = await slowAndFast(scene, 3);
    for (let burst = 0; burst < 10; burst++) await post(1);
    slow.hurry();
    await slow.untilSeq(10);
    expect(slow.marks).toEqual([caughtUp(0), { type: 'missed', count: 7, seq: 7 }]);
    expect(slow.seqs).toEqual([8, 9, 10]);
  });

  test('gets messages however fast they are trimmed, not only word of those it missed', async () => {
    const scene = new LiveScene();
    const { slow, post } = await slowAndFast(scene, 1);
    for (let round = 0; round < 6; round++) {
      await post(3);
      slow.take();
    }
    expect(slow.events.map(({ type }) => type)).toEqual([
      'caught-up',
      ...Array.from({ length: 3 }, () => ['missed', 'messages']).flat(),
    ]);
  });

  test('may be as slow as it likes while it replays: it reads on when it has taken what it was given', async () => {
    const scene = new LiveScene();
    const { ada, chatId, post } = await slowAndFast(scene);
    await post(1_000);
    const replaying = await scene.read(ada, chatId, { afterSeq: 0, isSlow: true });
    await replaying.until(({ isBusy }) => isBusy);
    for (let burst = 0; burst < 12; burst++) await post(1_000);
    expect(replaying.events).toHaveLength(1);
    replaying.hurry();
    await replaying.until(({ marks }) => marks.length > 0);
    expect(replaying.seqs).toEqual(range(1, 13_000));
    expect(replaying.marks).toEqual([caughtUp(13_000)]);
  });
});

describe('a reader that is too slow', () => {
  test('is ended when more messages wait for it than may, and nobody else notices', async () => {
    const scene = new LiveScene();
    const { fast, slow, post } = await slowAndFast(scene);
    for (let waiting = 0; waiting < MAX_STREAM_QUEUE_MESSAGES; waiting += 1_000) await post(1_000);
    expect(scene.hub.openStreams).toBe(2);
    const last = await post(1);
    expect(scene.hub.openStreams).toBe(1);
    expect(fast.seqs).toEqual(range(1, last));
    expect(slow.events).toEqual([caughtUp(0)]);
    slow.take();
    expect(slow.events).toEqual([caughtUp(0), { type: 'end', reason: 'READER_TOO_SLOW', seq: 0 }]);
    expect(slow.hasEnded).toBe(true);
  });

  test('is ended when more bytes wait for it than may', async () => {
    const scene = new LiveScene();
    const { fast, slow, post } = await slowAndFast(scene);
    const text = 'x'.repeat(64 * 1024);
    const many = MAX_STREAM_QUEUE_BYTES / text.length;
    await post(many / 2, text);
    while (slow.isBusy) slow.take();
    const inFlight = await post(1, text);
    await post(many - 2, text);
    expect(scene.hub.openStreams).toBe(2);
    await post(2, text);
    expect(scene.hub.openStreams).toBe(1);
    slow.take();
    expect(slow.events.at(-1)).toEqual({ type: 'end', reason: 'READER_TOO_SLOW', seq: inFlight });
    expect(fast.seqs).toHaveLength(1.5 * many + 1);
  });

  test('resumes after the seq of its end event, and has every message once', async () => {
    const scene = new LiveScene();
    const { ada, chatId, slow, post } = await slowAndFast(scene);
    await post(10);
    slow.take();
    for (let burst = 0; burst < 3; burst++) await post(MAX_STREAM_QUEUE_MESSAGES / 2);
    slow.hurry();
    await slow.untilEnd();
    const { seq } = slow.events.at(-1) as LiveEvent & { type: 'end' };
    expect(slow.seqs).toEqual(range(1, seq));
    const resumed = await scene.read(ada, chatId, { afterSeq: seq });
    await resumed.until(({ marks }) => marks.length > 0);
    expect([...slow.seqs, ...resumed.seqs]).toEqual(range(1, 10 + 1.5 * MAX_STREAM_QUEUE_MESSAGES));
  });

  test('has its place among the streams of its session free at once', async () => {
    const scene = new LiveScene({ maxStreamsPerSession: 2 });
    const { ada, chatId, slow, post } = await slowAndFast(scene);
    for (let burst = 0; burst < 3; burst++) await post(MAX_STREAM_QUEUE_MESSAGES / 2);
    expect(slow.hasEnded).toBe(false);
    await scene.read(ada, chatId);
    expect(scene.hub.openStreams).toBe(2);
  });
});

/** A reader that has taken nothing, with its stream ended as too slow. */
async function endedReader(scene: LiveScene) {
  const { slow, post } = await slowAndFast(scene);
  for (let burst = 0; burst < 3; burst++) await post(MAX_STREAM_QUEUE_MESSAGES / 2);
  expect(scene.hub.openStreams).toBe(1);
  return slow;
}

describe('a reader that does not take the end of its stream', () => {
  test('is cut after a while when it does not take what was on its way', async () => {
    const scene = new LiveScene();
    const slow = await endedReader(scene);
    scene.clock.advance(MAX_END_DELIVERY_MS - 1);
    expect(slow.isCut).toBe(false);
    scene.clock.advance(1);
    expect(slow.isCut).toBe(true);
    expect(slow.hasEnded).toBe(false);
  });

  test('is cut at that time also when it took what was on its way, but not the end event', async () => {
    const scene = new LiveScene();
    const slow = await endedReader(scene);
    scene.clock.advance(MAX_END_DELIVERY_MS - 1);
    slow.take();
    expect(slow.hasEnded).toBe(true);
    scene.clock.advance(1);
    expect(slow.isCut).toBe(true);
  });

  test('is cut also when its chat closes or the server goes away', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chats = [await scene.chat(ada), await scene.chat(ada)];
    const readers = await Promise.all(chats.map((chatId) => scene.read(ada, chatId, { isSlow: true })));
    for (const reader of readers) await reader.until(({ isBusy }) => isBusy);
    await scene.close(ada, chats[0]!);
    await quiet();
    await scene.hub.shutdown();
    scene.clock.advance(MAX_END_DELIVERY_MS);
    expect(readers.map(({ isCut }) => isCut)).toEqual([true, true]);
  });

  test('is not cut when it took it in time', async () => {
    const scene = new LiveScene();
    const slow = await endedReader(scene);
    scene.clock.advance(MAX_END_DELIVERY_MS - 1);
    slow.hurry();
    await slow.untilEnd();
    slow.take();
    scene.clock.advance(MAX_END_DELIVERY_MS);
    expect(slow.isCut).toBe(false);
  });

  test('is not cut when it was gone before', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const gone = new AbortController();
    const reader = await scene.read(ada, chatId, { isSlow: true, signal: gone.signal });
    await reader.until(({ isBusy }) => isBusy);
    await scene.close(ada, chatId);
    await quiet();
    gone.abort();
    scene.clock.advance(MAX_END_DELIVERY_MS);
    expect(reader.isCut).toBe(false);
  });
});

test('a burst beyond what may wait makes nobody too slow who is keeping up', async () => {
  const scene = new LiveScene();
  const { fast, post } = await slowAndFast(scene);
  const last = await post(2 * MAX_STREAM_QUEUE_MESSAGES);
  await fast.untilSeq(last);
  expect(fast.seqs).toEqual(range(1, last));
  expect(fast.marks).toEqual([caughtUp(0)]);
});

import { describe, expect, test } from 'vitest';
import { messageSizeBound } from '../domain/encoded-size.ts';
import { invalidArgument, Refusal } from '../domain/errors.ts';
import { MAX_PAGE_BYTES } from '../domain/limits.ts';
import { disturbed } from '../../tests/support/disturbed-storage.ts';
import { LiveScene, quiet } from '../../tests/support/live-scene.ts';
import { caughtUp, Reader } from '../../tests/support/reader.ts';

describe('a stream', () => {
  test('gives all kept messages after after_seq, then the caught-up mark with the last seq, then live ones', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await scene.post(ada, chatId, 5);
    const reader = await scene.read(ada, chatId, { afterSeq: 2 });
    await reader.until(({ marks }) => marks.length === 1);
    await scene.post(ada, chatId, 2);
    await reader.untilSeq(7);
    expect(reader.events.map(({ type }) => type)).toEqual(['messages', 'caught-up', 'messages']);
    expect(reader.seqs).toEqual([3, 4, 5, 6, 7]);
    expect(reader.marks).toEqual([caughtUp(5)]);
  });

  test('begins now when after_seq is absent', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await scene.post(ada, chatId, 5);
    const reader = await scene.read(ada, chatId);
    await scene.post(ada, chatId);
    await reader.untilSeq(6);
    expect(reader.events[0]).toEqual(caughtUp(5));
    expect(reader.seqs).toEqual([6]);
  });

  test('is caught up at 0 in a chat without messages', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const reader = await scene.read(ada, await scene.chat(ada), { afterSeq: 0 });
    await reader.until(({ events }) => events.length === 1);
    expect(reader.events).toEqual([caughtUp(0)]);
  });

  test('gives its sink nothing before it was accepted', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const reader = new Reader();
    const subscribed = scene.hub.subscribe(scene.caller(ada), { chatId, afterSeq: undefined }, reader);
    const eventsWhenAccepted = await subscribed.then(() => reader.events.length);
    await reader.until(({ events }) => events.length > 0);
    expect(eventsWhenAccepted).toBe(0);
  });

  test('replays a long chat in events of bounded size', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada, { maxMessages: 5_000 });
    await scene.post(ada, chatId, 5_000);
    const reader = await scene.read(ada, chatId, { afterSeq: 0 });
    await reader.untilSeq(5_000);
    expect(reader.events.length).toBeGreaterThan(10);
    expect(reader.seqs).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
  });

  test('has no event larger than 1 MiB, replayed or live, however large the messages are', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const burst = Array.from({ length: 5 }, () => '👋'.repeat(60_000));
    await scene.post(ada, chatId, burst);
    const reader = await scene.read(ada, chatId, { afterSeq: 0 });
    await reader.until(({ marks }) => marks.length === 1);
    await scene.post(ada, chatId, burst);
    await reader.untilSeq(10);
    expect(reader.seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const sizes = reader.events.map((event) =>
      event.type === 'messages' ? event.messages.reduce((bytes, message) => bytes + messageSizeBound(message), 0) : 0,
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_PAGE_BYTES);
  });

  test('makes no position and moves none; marking as read does', async () => {
    const scene = new LiveScene();
    const [ada, bob] = [await scene.person(), await scene.person()];
    const chatId = await scene.chat(ada);
    const positions = async () => {
      const query = { after: undefined, limit: 10, now: scene.clock.now() };
      const pages = [ada, bob].map(({ user }) => scene.storage.listUnreadCounts({ userId: user.userId, ...query }));
      return (await Promise.all(pages)).map(({ counts }) => counts.map(({ position }) => position));
    };
    const eve = await scene.person();
    const readers = [await scene.read(ada, chatId, { afterSeq: 0 }), await scene.read(bob, chatId, { afterSeq: 0 })];
    await scene.post(eve, chatId, 3);
    await Promise.all(readers.map((reader) => reader.untilSeq(3)));
    expect(await positions()).toEqual([[0], []]);
    await scene.storage.markRead({ chatId, user: bob.user, seq: 2, now: scene.clock.now() });
    expect(await positions()).toEqual([[0], [2]]);
  });

  test('says how many messages were trimmed at the place where they are missing', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada, { maxMessages: 3 });
    await scene.post(ada, chatId, 10);
    const reader = await scene.read(ada, chatId, { afterSeq: 2 });
    await reader.until(({ marks }) => marks.length === 2);
    expect(reader.events.map(({ type }) => type)).toEqual(['missed', 'messages', 'caught-up']);
    expect(reader.marks).toEqual([{ type: 'missed', count: 5, seq: 7 }, caughtUp(10)]);
    expect(reader.seqs).toEqual([8, 9, 10]);
  });

  test('says live, too, what was trimmed before it could be delivered', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada, { maxMessages: 3 });
    const reader = await scene.read(ada, chatId);
    await reader.until(({ marks }) => marks.length === 1);
    await scene.post(ada, chatId, 10);
    await reader.untilSeq(10);
    expect(reader.marks).toEqual([caughtUp(0), { type: 'missed', count: 7, seq: 7 }]);
    expect(reader.seqs).toEqual([8, 9, 10]);
  });
});

describe('many streams', () => {
  test('share one event object, so that it is encoded once', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const readers = await Promise.all(Array.from({ length: 50 }, () => scene.read(ada, chatId)));
    await quiet();
    await scene.post(ada, chatId, 3);
    await Promise.all(readers.map((reader) => reader.untilSeq(3)));
    const events = new Set(readers.map((reader) => reader.events.at(-1)));
    expect(events.size).toBe(1);
    expect(readers[0]?.seqs).toEqual([1, 2, 3]);
  });

  test('share one event object when they replay the same at one time', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await scene.post(ada, chatId, 3);
    const readers = await Promise.all(Array.from({ length: 50 }, () => scene.read(ada, chatId, { afterSeq: 1 })));
    await Promise.all(readers.map((reader) => reader.untilSeq(3)));
    expect(new Set(readers.map(({ events }) => events[0])).size).toBe(1);
  });

  test('on different chats get only their own', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const [here, there] = [await scene.chat(ada), await scene.chat(ada)];
    const readers = [await scene.read(ada, here), await scene.read(ada, there)];
    await scene.post(ada, here);
    await scene.post(ada, there, 2);
    await quiet();
    expect(readers.map(({ seqs }) => seqs)).toEqual([[1], [1, 2]]);
  });
});

describe('a stream is refused', () => {
  test('on an unknown chat', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    expect(await refusal(scene, ada, { chatId: '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70' })).toEqual(
      new Refusal('CHAT_NOT_FOUND'),
    );
  });

  test('on a chat whose lifetime is over', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada, { ttlMs: 1_000 });
    scene.clock.advance(1_000);
    expect(await refusal(scene, ada, { chatId })).toEqual(new Refusal('CHAT_NOT_FOUND'));
  });

  test('when the session has ended since it was found live, even if the chat is gone as well', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await scene.end(ada);
    expect(await refusal(scene, ada, { chatId })).toEqual(new Refusal('UNAUTHENTICATED'));
  });

  test('when the session ends just as the stream begins', async () => {
    const ending = { before: async (operation: string) => void (operation === 'watch' && (await scene.end(bob))) };
    const scene: LiveScene = new LiveScene({ disturb: (storage) => disturbed(storage, ending) });
    const [ada, bob] = [await scene.person(), await scene.person()];
    expect(await refusal(scene, bob, { chatId: await scene.chat(ada) })).toEqual(new Refusal('UNAUTHENTICATED'));
  });

  test('when after_seq is beyond the last seq, which it names', async () => {
    const scene = new LiveScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await scene.post(ada, chatId, 4);
    const violation = { field: 'after_seq', description: "must be at most the chat's last seq, 4" };
    expect(await refusal(scene, ada, { chatId, afterSeq: 5 })).toEqual(invalidArgument(violation));
    expect(await refusal(scene, ada, { chatId, afterSeq: 4 })).toBeUndefined();
  });

  test('when the session has as many as it may: the 101st if the limit is 100', async () => {
    const scene = new LiveScene({ maxStreamsPerSession: 100 });
    const [ada, bob] = [await scene.person(), await scene.person()];
    const chatId = await scene.chat(ada);
    const answers = await Promise.all(Array.from({ length: 101 }, () => refusal(scene, ada, { chatId })));
    expect(answers.filter((answer) => answer?.code === 'TOO_MANY_STREAMS')).toHaveLength(1);
    expect(scene.hub.openStreams).toBe(100);
    expect(await refusal(scene, bob, { chatId })).toBeUndefined();
  });

  test('never for their number when the limit is 0', async () => {
    const scene = new LiveScene({ maxStreamsPerSession: 0 });
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await Promise.all(Array.from({ length: 200 }, () => scene.read(ada, chatId)));
    expect(scene.hub.openStreams).toBe(200);
  });

  test('for a bad after_seq rather than for too many streams', async () => {
    const scene = new LiveScene({ maxStreamsPerSession: 1 });
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await scene.read(ada, chatId);
    expect((await refusal(scene, ada, { chatId, afterSeq: 1 }))?.code).toBe('INVALID_ARGUMENT');
  });

  test('no more once another stream of the session was given up by its caller', async () => {
    const scene = new LiveScene({ maxStreamsPerSession: 1 });
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const caller = new AbortController();
    await scene.read(ada, chatId, { signal: caller.signal });
    expect((await refusal(scene, ada, { chatId }))?.code).toBe('TOO_MANY_STREAMS');
    caller.abort();
    expect(await refusal(scene, ada, { chatId })).toBeUndefined();
  });
});

/** What comes of subscribing; a refused stream must not have sent anything. */
async function refusal(
  scene: LiveScene,
  person: Awaited<ReturnType<LiveScene['person']>>,
  { chatId, afterSeq }: { chatId: string; afterSeq?: number },
): Promise<Refusal | undefined> {
  const reader = new Reader();
  const answer = await scene.hub.subscribe(scene.caller(person), { chatId, afterSeq }, reader);
  if (answer !== undefined && reader.events.length > 0) throw new Error('a refused stream has sent something');
  return answer;
}

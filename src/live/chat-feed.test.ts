import { expect, test } from 'vitest';
import { NEVER } from '../domain/lifetime.ts';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import { disturbed } from '../../tests/support/disturbed-storage.ts';
import { FakeClock } from '../../tests/support/fake-clock.ts';
import { LiveScene, quiet, type Person } from '../../tests/support/live-scene.ts';
import { Reader } from '../../tests/support/reader.ts';
import type { Storage } from '../storage/storage.ts';
import { ChatFeed } from './chat-feed.ts';
import { NO_LIVE_METER } from './live-meter.ts';
import { LiveStream } from './live-stream.ts';
import { Wait } from './wait.ts';

async function openFeed(scene: LiveScene, chatId: string, storage: Storage = scene.storage): Promise<ChatFeed> {
  const { clock, log } = scene;
  const context = { storage, clock, log, meter: NO_LIVE_METER, limits: DEFAULT_LIMITS };
  const feed = new ChatFeed(context, chatId);
  await feed.opened;
  return feed;
}

function openStream(feed: ChatFeed, { user }: Person, sink: Reader): void {
  const start = { api: 'grpc', user, feed, sink, clock: new FakeClock(), afterSeq: 0, lastSeq: 0 } as const;
  const fixed = { endsAt: NEVER, meter: NO_LIVE_METER };
  const stream = new LiveStream({ ...start, ...fixed, onOver: () => feed.remove(stream) });
  feed.add(stream);
  stream.begin();
}

test('a feed keeps messages only until its slowest live stream was handed them', async () => {
  const scene = new LiveScene();
  const ada = await scene.person();
  const chatId = await scene.chat(ada);
  const feed = await openFeed(scene, chatId);
  const slow = new Reader({ isSlow: true });
  openStream(feed, ada, new Reader());
  openStream(feed, ada, slow);
  await scene.post(ada, chatId, 5);
  await quiet();
  expect(feed.recent.after(0)).toMatchObject({ firstSeq: 1, lastSeq: 5 });
  slow.hurry();
  await scene.post(ada, chatId);
  await quiet();
  expect(slow.seqs).toEqual([1, 2, 3, 4, 5, 6]);
  expect(feed.recent.after(0)).toBeUndefined();
  feed.close();
});

test('a feed reads what is posted at one time once, whatever the number of its streams', async () => {
  const scene = new LiveScene();
  const ada = await scene.person();
  const chatId = await scene.chat(ada);
  let reads = 0;
  const before = (operation: string): void => void (operation === 'readMessages' && reads++);
  const feed = await openFeed(scene, chatId, disturbed(scene.storage, { before }));
  const readers = Array.from({ length: 50 }, () => new Reader());
  for (const reader of readers) openStream(feed, ada, reader);
  reads = 0;
  await scene.post(ada, chatId, 20);
  await Promise.all(readers.map((reader) => reader.untilSeq(20)));
  expect(reads).toBe(1);
  feed.close();
});

test('a feed without streams reads no messages', async () => {
  const scene = new LiveScene();
  const ada = await scene.person();
  const chatId = await scene.chat(ada);
  const feed = await openFeed(scene, chatId);
  let attempts = 0;
  const wait = new Wait();
  feed.waits.add(wait);
  const waiting = wait.repeat(async () => void attempts++);
  await scene.post(ada, chatId, 3);
  await quiet();
  wait.end();
  await waiting;
  expect(attempts).toBe(2);
  expect(feed.lastSeq).toBe(3);
  expect(feed.recent.after(0)).toBeUndefined();
  feed.close();
});

test('a feed of a closed chat keeps no messages, even for a reader that takes nothing', async () => {
  const scene = new LiveScene();
  const ada = await scene.person();
  const chatId = await scene.chat(ada);
  const feed = await openFeed(scene, chatId);
  openStream(feed, ada, new Reader({ isSlow: true }));
  await scene.post(ada, chatId, 5);
  await quiet();
  expect(feed.recent.after(0)).toMatchObject({ firstSeq: 1, lastSeq: 5 });
  await scene.close(ada, chatId);
  await quiet();
  expect(feed.isClosed).toBe(true);
  expect(feed.recent.after(0)).toBeUndefined();
});

test('a read that found nothing just before a post is repeated', async () => {
  const scene = new LiveScene();
  const ada = await scene.person();
  const chatId = await scene.chat(ada);
  const { promise: isPosted, resolve: letGo } = Promise.withResolvers<void>();
  let isHeld = false;
  const after = async (operation: string): Promise<void> => {
    if (operation !== 'readMessages' || !isHeld) return;
    isHeld = false;
    await isPosted;
  };
  const feed = await openFeed(scene, chatId, disturbed(scene.storage, { after }));
  openStream(feed, ada, new Reader());
  isHeld = true;
  const read = feed.readAfter(0);
  await quiet();
  await scene.post(ada, chatId);
  await quiet();
  expect(feed.lastSeq).toBe(1);
  letGo();
  expect(await read).toMatchObject({ firstSeq: 1, lastSeq: 1 });
  feed.close();
});

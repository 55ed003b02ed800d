import { describe, expect, test } from 'vitest';
import { disturbed, type DisturbedStorage } from '../../tests/support/disturbed-storage.ts';
import { LiveScene, quiet } from '../../tests/support/live-scene.ts';
import { caughtUp, Reader } from '../../tests/support/reader.ts';
import { StorageUnavailableError, type Storage } from '../storage/storage.ts';

/** A scene whose hub loses its storage, or its notifications, when told to. */
function unreliableScene() {
  const trouble = { isDown: false, isDeaf: false, broken: '', hanging: '' };
  const before = async (operation: string): Promise<void> => {
    if (trouble.isDown || operation === trouble.broken) throw new StorageUnavailableError('it does not answer');
    if (operation === trouble.hanging) await new Promise(() => {});
  };
  const disturb = (storage: Storage): Storage => disturbed(storage, { before, losesWake: () => trouble.isDeaf });
  const scene = new LiveScene({ disturb });
  return { scene, trouble };
}

describe('while the storage does not answer', () => {
  test('streams stay open, and go on without a gap when it answers again', async () => {
    const { scene, trouble } = unreliableScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const reader = await scene.read(ada, chatId);
    await quiet();
    trouble.isDown = true;
    await scene.post(ada, chatId, 2);
    for (let second = 0; second < 60; second++) {
      scene.clock.advance(1_000);
      await quiet(3);
    }
    expect(reader.events).toEqual([caughtUp(0)]);
    // One for the chat, one for the session.
    expect(scene.log.lines.filter((line) => line.startsWith('warn'))).toHaveLength(2);
    trouble.isDown = false;
    await scene.post(ada, chatId);
    scene.clock.advance(5_000);
    await reader.untilSeq(3);
    expect(reader.seqs).toEqual([1, 2, 3]);
  });

  test('a short failure delays a stream only shortly, also after a long one', async () => {
    const { scene, trouble } = unreliableScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const reader = await scene.read(ada, chatId);
    for (const [failures, pauseMs] of [
      [10, 5_000],
      [1, 100],
    ] as const) {
      trouble.isDown = true;
      const { seq } = await scene.post(ada, chatId);
      for (let failure = 0; failure < failures; failure++) {
        await quiet(3);
        trouble.isDown = failure < failures - 1;
        scene.clock.advance(pauseMs);
      }
      await reader.untilSeq(seq);
    }
    expect(reader.seqs).toEqual([1, 2]);
  });

  test('a stream that was replaying goes on where it stopped', async () => {
    const { scene, trouble } = unreliableScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    await scene.post(ada, chatId, 600);
    const reader = await scene.read(ada, chatId, { afterSeq: 0, isSlow: true });
    await reader.until(({ isBusy }) => isBusy);
    trouble.isDown = true;
    reader.hurry();
    await quiet();
    expect(reader.seqs.length).toBeLessThan(600);
    trouble.isDown = false;
    scene.clock.advance(5_000);
    await reader.until(({ marks }) => marks.length === 1);
    expect(reader.seqs).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
  });

  test('a stream and a wait cannot begin, and nothing is held for them', async () => {
    const { scene, trouble } = unreliableScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    for (const broken of ['watch', 'authenticate', 'readMessages']) {
      trouble.broken = broken;
      await expect(scene.read(ada, chatId)).rejects.toThrow('it does not answer');
      const wait = scene.hub.waitFor(scene.caller(ada), { chatId, waitMs: 1_000 }, async () => 'answer');
      await expect(wait).rejects.toThrow('it does not answer');
      await quiet();
      expect(scene.hub).toMatchObject({ openStreams: 0, openFeeds: 0 });
      expect(scene.clock.pending).toBe(0);
    }
  });

  test.each(['watch', 'authenticate', 'readMessages', 'the attempt'])(
    'nothing is held for a stream and a wait whose callers have given up while %s hangs',
    async (hanging) => {
      const { scene, trouble } = unreliableScene();
      const ada = await scene.person();
      const chatId = await scene.chat(ada);
      const gone = new AbortController();
      const caller = scene.caller(ada, gone.signal);
      trouble.hanging = hanging;
      const reader = new Reader();
      const stream = scene.hub.subscribe(caller, { chatId, afterSeq: undefined }, reader);
      const wait = scene.hub.waitFor(caller, { chatId, waitMs: 1_000 }, () => new Promise<never>(() => {}));
      await quiet();
      expect(scene.hub.openFeeds).toBe(1);
      gone.abort();
      expect(await Promise.all([stream, wait])).toEqual([undefined, undefined]);
      expect(scene.hub).toMatchObject({ openStreams: 0, openFeeds: 0 });
      expect(scene.clock.pending).toBe(0);
    },
  );

  test('a session that ends meanwhile takes its streams with it when it answers again', async () => {
    const { scene, trouble } = unreliableScene();
    const [ada, bob] = [await scene.person(), await scene.person()];
    const reader = await scene.read(bob, await scene.chat(ada));
    await quiet();
    trouble.isDown = true;
    await scene.end(bob);
    await quiet();
    trouble.isDown = false;
    scene.clock.advance(5_000);
    await reader.untilEnd();
    expect(reader.events.at(-1)).toEqual({ type: 'end', reason: 'SESSION_ENDED', seq: 0 });
  });

  test('a chat whose deadline passes meanwhile takes its streams with it', async () => {
    const { scene, trouble } = unreliableScene();
    const ada = await scene.person();
    const reader = await scene.read(ada, await scene.chat(ada, { ttlMs: 60_000 }));
    await quiet();
    trouble.isDown = true;
    for (let second = 0; second < 65; second++) {
      scene.clock.advance(1_000);
      await quiet(3);
    }
    expect(reader.events.at(-1)).toEqual({ type: 'end', reason: 'CHAT_CLOSED', seq: 0 });
  });

  test('activity that cannot be noted keeps no stream from beginning', async () => {
    const { scene, trouble } = unreliableScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    trouble.broken = 'noteActivity';
    const reader = await scene.read(ada, chatId);
    await scene.post(ada, chatId);
    await reader.untilSeq(1);
    expect(reader.marks).toEqual([caughtUp(0)]);
  });
});

test('a watch that begins when nobody wants it any more ends at once', async () => {
  let calls = 0;
  const before = async (operation: string): Promise<void> => {
    if (operation === 'authenticate') throw new StorageUnavailableError('it does not answer');
    // The watch of the session is asked for first, that of the chat after it.
    if (operation === 'watch' && ++calls === 2) await quiet();
  };
  let storage: DisturbedStorage | undefined;
  const scene = new LiveScene({ disturb: (real) => (storage = disturbed(real, { before })) });
  const ada = await scene.person();
  await expect(scene.read(ada, await scene.chat(ada))).rejects.toThrow('it does not answer');
  await quiet(20);
  expect(calls).toBe(2);
  expect(storage?.openWatches).toBe(0);
});

describe('when notifications are lost', () => {
  test('streams get what was posted within 20 seconds', async () => {
    const { scene, trouble } = unreliableScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const reader = await scene.read(ada, chatId);
    trouble.isDeaf = true;
    await scene.post(ada, chatId, 3);
    await quiet();
    expect(reader.seqs).toEqual([]);
    scene.clock.advance(20_000);
    await reader.untilSeq(3);
    expect(reader.seqs).toEqual([1, 2, 3]);
  });

  test('waits are answered within 20 seconds', async () => {
    const { scene, trouble } = unreliableScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    let isThere = false;
    const attempt = async (): Promise<string | undefined> => (isThere ? 'answer' : undefined);
    const answer = scene.hub.waitFor(scene.caller(ada), { chatId, waitMs: 30_000 }, attempt);
    await quiet();
    trouble.isDeaf = true;
    await scene.post(ada, chatId);
    isThere = true;
    await quiet();
    scene.clock.advance(20_000);
    expect(await answer).toBe('answer');
  });

  test('a new stream begins at the true end, and brings the others there', async () => {
    const { scene, trouble } = unreliableScene();
    const ada = await scene.person();
    const chatId = await scene.chat(ada);
    const early = await scene.read(ada, chatId);
    trouble.isDeaf = true;
    await scene.post(ada, chatId, 3);
    const late = await scene.read(ada, chatId, { afterSeq: 1 });
    await Promise.all([early.untilSeq(3), late.untilSeq(3)]);
    expect(early.seqs).toEqual([1, 2, 3]);
    expect(late.seqs).toEqual([2, 3]);
  });
});

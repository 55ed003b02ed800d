import { describe, expect, test } from 'vitest';
import { Refusal } from '../domain/errors.ts';
import type { Caller } from '../service/calls.ts';
import { LiveScene, quiet, type Person } from '../../tests/support/live-scene.ts';

const WAIT_MS = 30_000;

/** Waits until the chat has a message after `afterSeq`; the answer is the last seq, or the refusal. */
function waitForPost(scene: LiveScene, caller: Caller, chatId: string, afterSeq = 0) {
  const attempt = async (): Promise<number | Refusal | undefined> => {
    const now = scene.clock.now();
    const { user, tokenHash } = caller;
    const session = await scene.storage.authenticate({ userId: user.userId, tokenHash, now });
    if (session instanceof Refusal) return session;
    const run = await scene.storage.readMessages({ chatId, afterSeq, limit: 500, maxBytes: 1_000_000, now });
    return run instanceof Refusal ? run : run.messages.at(-1)?.seq;
  };
  return scene.hub.waitFor(caller, { chatId, waitMs: WAIT_MS }, attempt);
}

async function sceneWithChat(): Promise<{ scene: LiveScene; ada: Person; bob: Person; chatId: string }> {
  const scene = new LiveScene();
  const [ada, bob] = [await scene.person(), await scene.person()];
  return { scene, ada, bob, chatId: await scene.chat(ada) };
}

describe('a wait', () => {
  test('is answered at once when there is something', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat();
    await scene.post(ada, chatId);
    expect(await waitForPost(scene, scene.caller(bob), chatId)).toBe(1);
  });

  test('is answered as soon as something is posted', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat();
    const answer = waitForPost(scene, scene.caller(bob), chatId);
    await quiet();
    await scene.post(ada, chatId);
    expect(await answer).toBe(1);
  });

  test('is answered by a post that races its beginning', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat();
    for (let seq = 1; seq <= 20; seq++) {
      const answer = waitForPost(scene, scene.caller(bob), chatId, seq - 1);
      for (let turn = 0; turn < seq % 7; turn++) await Promise.resolve();
      await scene.post(ada, chatId);
      expect(await answer).toBe(seq);
    }
  });

  test('is answered beside open streams and other waits', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat();
    const reader = await scene.read(ada, chatId);
    const answers = [waitForPost(scene, scene.caller(ada), chatId), waitForPost(scene, scene.caller(bob), chatId)];
    await quiet();
    await scene.post(ada, chatId);
    expect(await Promise.all(answers)).toEqual([1, 1]);
    await reader.untilSeq(1);
  });

  test('ends empty when its time is over', async () => {
    const { scene, bob, chatId } = await sceneWithChat();
    const answer = waitForPost(scene, scene.caller(bob), chatId);
    await quiet();
    scene.clock.advance(WAIT_MS);
    expect(await answer).toBeUndefined();
  });

  test('ends with the refusal when the chat closes', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat();
    const answer = waitForPost(scene, scene.caller(bob), chatId);
    await quiet();
    await scene.close(ada, chatId);
    expect(await answer).toEqual(new Refusal('CHAT_NOT_FOUND'));
  });

  test("ends with the refusal when the chat's lifetime is over", async () => {
    const { scene, ada, bob } = await sceneWithChat();
    const answer = waitForPost(scene, scene.caller(bob), await scene.chat(ada, { ttlMs: 5_000 }));
    await quiet();
    scene.clock.advance(5_000);
    expect(await answer).toEqual(new Refusal('CHAT_NOT_FOUND'));
  });

  test('ends with the refusal when the session ends', async () => {
    const { scene, bob, chatId } = await sceneWithChat();
    const answer = waitForPost(scene, scene.caller(bob), chatId);
    await quiet();
    await scene.end(bob);
    expect(await answer).toEqual(new Refusal('UNAUTHENTICATED'));
  });

  test('ends empty when its caller is gone', async () => {
    const { scene, bob, chatId } = await sceneWithChat();
    const gone = new AbortController();
    const answer = waitForPost(scene, scene.caller(bob, gone.signal), chatId);
    await quiet();
    gone.abort();
    expect(await answer).toBeUndefined();
  });

  test('ends empty when the server shuts down, and none begins then', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat();
    const answer = waitForPost(scene, scene.caller(bob), chatId);
    await quiet();
    await scene.hub.shutdown();
    expect(await answer).toBeUndefined();
    await scene.post(ada, chatId);
    expect(await waitForPost(scene, scene.caller(bob), chatId)).toBeUndefined();
  });

  test('fails when its attempt fails, later too', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat();
    let attempts = 0;
    const failsLater = async (): Promise<undefined> => {
      if (++attempts > 1) throw new Error('the storage does not answer');
    };
    const answer = scene.hub.waitFor(scene.caller(bob), { chatId, waitMs: WAIT_MS }, failsLater);
    void answer.catch(() => {});
    await quiet();
    await scene.post(ada, chatId);
    await expect(answer).rejects.toThrow('the storage does not answer');
  });
});

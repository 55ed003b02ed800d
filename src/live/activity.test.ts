import { describe, expect, test } from 'vitest';
import { LiveScene, quiet } from '../../tests/support/live-scene.ts';

const TTL_MS = 60_000;

/** A chat that was opened so long ago that its silent creator is not active any more, and a silent reader. */
async function silentScene(sessionTtlMs = TTL_MS) {
  const scene = new LiveScene({ sessionTtlMs });
  const [ada, bob] = [await scene.person('Ada'), await scene.person('Bob')];
  const chatId = await scene.chat(ada);
  await scene.chat(bob);
  scene.clock.advance(sessionTtlMs);
  const activeUsers = async (): Promise<readonly string[]> => {
    const now = scene.clock.now();
    const chat = await scene.storage.getChat({ chatId, activeSince: now - sessionTtlMs, now });
    return 'activeUsers' in chat ? chat.activeUsers.users.map(({ displayName }) => displayName) : [];
  };
  const pass = async (ms: number, stepMs = 5_000): Promise<void> => {
    for (let passed = 0; passed < ms; passed += stepMs) {
      scene.clock.advance(stepMs);
      await quiet(2);
    }
  };
  return { scene, ada, bob, chatId, activeUsers, pass };
}

describe('an open stream', () => {
  test('makes its user active in the chat from its start', async () => {
    const { scene, bob, chatId, activeUsers } = await silentScene();
    expect(await activeUsers()).toEqual([]);
    await scene.read(bob, chatId);
    expect(await activeUsers()).toEqual(['Bob']);
  });

  test('keeps a silent reader active for as long as it is open, and the session TTL longer', async () => {
    const { scene, bob, chatId, activeUsers, pass } = await silentScene();
    const gone = new AbortController();
    await scene.read(bob, chatId, { signal: gone.signal });
    await pass(10 * TTL_MS);
    expect(await activeUsers()).toEqual(['Bob']);
    gone.abort();
    await pass(TTL_MS - 15_000);
    expect(await activeUsers()).toEqual(['Bob']);
    await pass(15_000);
    expect(await activeUsers()).toEqual([]);
  });

  test('keeps its user active without a break when the session TTL is as short as 20 seconds', async () => {
    const { scene, ada, bob, chatId, activeUsers, pass } = await silentScene(20_001);
    await scene.read(ada, chatId);
    await pass(3_000, 1_000);
    await scene.read(bob, chatId);
    for (let second = 0; second < 60; second++) {
      await pass(1_000, 1_000);
      expect((await activeUsers()).toSorted()).toEqual(['Ada', 'Bob']);
    }
  });

  test('of several users keeps them all active', async () => {
    const { scene, ada, bob, chatId, activeUsers, pass } = await silentScene();
    await scene.read(bob, chatId);
    await scene.read(bob, chatId);
    await pass(20_000);
    await scene.read(ada, chatId);
    await pass(3 * TTL_MS);
    expect((await activeUsers()).toSorted()).toEqual(['Ada', 'Bob']);
  });
});

test('a stream that was refused makes nobody active', async () => {
  const { scene, bob, chatId, activeUsers } = await silentScene();
  await expect(scene.read(bob, chatId, { afterSeq: 1 })).rejects.toThrow('INVALID_ARGUMENT');
  expect(await activeUsers()).toEqual([]);
});

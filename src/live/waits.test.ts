import { describe, expect, test } from 'vitest';
import { disturbed } from '../../tests/support/disturbed-storage.ts';
import { LiveScene, quiet, type SceneOptions } from '../../tests/support/live-scene.ts';
import { MAX_WAIT_MS } from '../domain/limits.ts';
import { Refusal } from '../domain/errors.ts';

/** A chat of Ada's in which Bob has read all there is: nothing. */
async function sceneWithChat(options: SceneOptions = {}) {
  const scene = new LiveScene(options);
  const [ada, bob] = [await scene.person('Ada'), await scene.person('Bob')];
  const chatId = await scene.chat(ada);
  await scene.wait(bob, chatId, { waitMs: 0 });
  return { scene, ada, bob, chatId, wait: { chatId, waitMs: MAX_WAIT_MS } };
}

/** The seqs of an answer, or the name of its refusal. */
async function outcome(answer: ReturnType<LiveScene['wait']>): Promise<readonly number[] | string> {
  const page = await answer;
  return page instanceof Refusal ? page.code : page.messages.map(({ seq }) => seq);
}

const nothingYet = (): Promise<undefined> => Promise.resolve(undefined);

describe('a wait', () => {
  test('is answered by a post that races its beginning', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat();
    for (let seq = 1; seq <= 20; seq++) {
      const answer = scene.wait(bob, chatId);
      for (let turn = 0; turn < seq % 7; turn++) await Promise.resolve();
      await scene.post(ada, chatId);
      expect(await outcome(answer)).toEqual([seq]);
    }
  });

  test('is answered beside open streams and the waits of others', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat();
    const eve = await scene.person('Eve');
    const reader = await scene.read(bob, chatId);
    const answers = [scene.wait(bob, chatId), scene.wait(eve, chatId)];
    await quiet();
    await scene.post(ada, chatId);
    expect(await Promise.all(answers.map(outcome))).toEqual([[1], [1]]);
    await reader.untilSeq(1);
  });

  test('ends empty as soon as its caller is gone', async () => {
    const { scene, bob, wait } = await sceneWithChat();
    const gone = new AbortController();
    const answer = scene.hub.waitFor(scene.caller(bob, gone.signal), wait, nothingYet);
    await quiet();
    gone.abort();
    expect(await answer).toBeUndefined();
  });

  test('whose time is over in the middle of an attempt has what the attempt brings', async () => {
    const { scene, bob, wait } = await sceneWithChat();
    const { promise: isThere, resolve } = Promise.withResolvers<string>();
    const answer = scene.hub.waitFor(scene.caller(bob), wait, () => isThere);
    await quiet();
    scene.clock.advance(MAX_WAIT_MS);
    await quiet();
    resolve('handed over');
    expect(await answer).toBe('handed over');
  });

  test('begins no attempt once the server shuts down', async () => {
    const { scene, bob, wait } = await sceneWithChat();
    await scene.hub.shutdown();
    let attempts = 0;
    expect(await scene.hub.waitFor(scene.caller(bob), wait, async () => attempts++)).toBeUndefined();
    expect(attempts).toBe(0);
  });

  test('fails when its attempt fails, later too', async () => {
    const { scene, ada, bob, chatId, wait } = await sceneWithChat();
    let attempts = 0;
    const failsLater = async (): Promise<undefined> => {
      if (++attempts > 1) throw new Error('the storage does not answer');
    };
    const answer = scene.hub.waitFor(scene.caller(bob), wait, failsLater);
    void answer.catch(() => {});
    await quiet();
    await scene.post(ada, chatId);
    await expect(answer).rejects.toThrow('the storage does not answer');
  });
});

describe('of the waits and streams of a session', () => {
  test('the 101st is refused if the limit is 100', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat({ maxStreamsPerSession: 100 });
    for (let count = 0; count < 60; count++) await scene.read(bob, chatId);
    const answers = Array.from({ length: 41 }, () => outcome(scene.wait(bob, chatId)));
    expect(await Promise.race(answers)).toBe('TOO_MANY_STREAMS');
    await expect(scene.read(bob, chatId)).rejects.toThrow('TOO_MANY_STREAMS');
    await scene.read(ada, chatId);

    scene.clock.advance(MAX_WAIT_MS);
    const refused = (await Promise.all(answers)).filter((answer) => answer === 'TOO_MANY_STREAMS');
    expect(refused).toHaveLength(1);
    for (let count = 0; count < 40; count++) await scene.read(bob, chatId);
    expect(await outcome(scene.wait(bob, chatId))).toBe('TOO_MANY_STREAMS');
  });

  test('any number may be open when the limit is 0', async () => {
    const { scene, bob, chatId } = await sceneWithChat({ maxStreamsPerSession: 0 });
    const answers = Array.from({ length: 200 }, () => outcome(scene.wait(bob, chatId)));
    await quiet();
    scene.clock.advance(MAX_WAIT_MS);
    expect(new Set((await Promise.all(answers)).map(String))).toEqual(new Set(['']));
  });

  test('one is none too many that finds something unread', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat({ maxStreamsPerSession: 1 });
    await scene.read(bob, chatId);
    await scene.post(ada, chatId);
    expect(await outcome(scene.wait(bob, chatId))).toEqual([1]);
    expect(await outcome(scene.wait(bob, chatId))).toBe('TOO_MANY_STREAMS');
  });

  test('one that is answered, or given up by its caller, gives its place back at once', async () => {
    const { scene, ada, bob, chatId } = await sceneWithChat({ maxStreamsPerSession: 1 });
    const answered = outcome(scene.wait(bob, chatId));
    await quiet();
    expect(await outcome(scene.wait(bob, chatId))).toBe('TOO_MANY_STREAMS');
    await scene.post(ada, chatId);
    expect(await answered).toEqual([1]);

    const gone = new AbortController();
    const abandoned = scene.wait(bob, chatId, { signal: gone.signal }).catch(() => {});
    await quiet();
    gone.abort();
    await abandoned;
    await scene.read(bob, chatId);
  });

  test('one that is given up before it has begun takes no place', async () => {
    const { promise: canBegin, resolve: letBegin } = Promise.withResolvers<void>();
    let isHeld = false;
    const before = (operation: string) => (isHeld && operation === 'watch' ? canBegin : undefined);
    const { scene, ada, bob, chatId } = await sceneWithChat({
      maxStreamsPerSession: 2,
      disturb: (storage) => disturbed(storage, { before }),
    });
    await scene.read(bob, await scene.chat(ada));
    isHeld = true;
    const gone = new AbortController();
    const abandoned = scene.wait(bob, chatId, { signal: gone.signal }).catch(() => {});
    await quiet();
    gone.abort();
    await abandoned;
    isHeld = false;
    letBegin();
    await quiet();
    await scene.read(bob, chatId);
    expect(scene.hub.openStreams).toBe(2);
  });

  test.each([
    ['UNAUTHENTICATED', 'end'],
    ['CHAT_NOT_FOUND', 'close'],
  ] as const)('one too many is refused with %s if that came first', async (code, ending) => {
    let strike: (() => Promise<void>) | undefined;
    const before = (operation: string) => (operation === 'watch' ? strike?.() : undefined);
    const { scene, ada, bob, chatId } = await sceneWithChat({
      maxStreamsPerSession: 1,
      disturb: (storage) => disturbed(storage, { before }),
    });
    const other = await scene.chat(ada);
    await scene.read(bob, other);
    strike = ending === 'end' ? () => scene.end(bob) : () => scene.close(ada, chatId);
    expect(await outcome(scene.wait(bob, chatId))).toBe(code);
  });
});

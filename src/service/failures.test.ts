import { describe, expect, test } from 'vitest';
import { disturbed } from '../../tests/support/disturbed-storage.ts';
import { quiet } from '../../tests/support/live-scene.ts';
import { accepted, callOf, codeOf, ServiceScene } from '../../tests/support/service-scene.ts';
import { Refusal } from '../domain/errors.ts';
import { StorageFullError, StorageUnavailableError } from '../storage/storage.ts';

const WAIT_MS = 30_000;

/** A scene in which this operation of the storage never answers. */
function deafTo(operation: string): ServiceScene {
  const never = new Promise<void>(() => {});
  return new ServiceScene({
    disturb: (storage) => disturbed(storage, { before: (name) => (name === operation ? never : undefined) }),
  });
}

/** A scene in which posts fail with this error. */
function failingWith(error: unknown): ServiceScene {
  return new ServiceScene({
    disturb: (storage) =>
      disturbed(storage, {
        before: (name) => {
          if (name === 'postMessage') throw error;
        },
      }),
  });
}

async function failedPost(scene: ServiceScene): Promise<{ answer: unknown; token: string }> {
  const { token } = await scene.newSession();
  const { id: chatId } = await scene.newChat(token);
  const request = { chatId, text: 'a secret text', clientMessageId: undefined };
  return { answer: await scene.service.postMessage(callOf('PostMessage', token), request), token };
}

describe('the deadline', () => {
  test('ends a call that takes longer than 10 s with DEADLINE_EXCEEDED and aborts its signal', async () => {
    const scene = deafTo('getStats');
    const call = callOf('GetStats');
    const answer = scene.service.getStats(call);
    await quiet();
    scene.clock.advance(9_999);
    expect(call.signal.aborted).toBe(false);
    scene.clock.advance(1);
    expect(codeOf(await answer)).toBe('DEADLINE_EXCEEDED');
    expect(call.signal.aborted).toBe(true);
  });

  test('counts the time in which the session is looked for', async () => {
    const scene = deafTo('authenticate');
    const { token } = await scene.newSession();
    const answer = scene.service.getSession(callOf('GetSession', token));
    await quiet();
    scene.clock.advance(10_000);
    expect(codeOf(await answer)).toBe('DEADLINE_EXCEEDED');
  });

  test('leaves no timer behind for longer than a call may take', async () => {
    const scene = new ServiceScene();
    await scene.newSession();
    scene.clock.advance(10_000);
    expect(scene.clock.pending).toBe(0);
  });

  test('cuts FetchUnread without a wait at 10 s', async () => {
    const scene = deafTo('fetchUnread');
    const { token } = await scene.newSession();
    const { id: chatId } = await scene.newChat(token);
    const call = callOf('FetchUnread', token);
    const answer = scene.fetchUnread(call, chatId);
    await quiet();
    scene.clock.advance(10_000);
    await quiet();
    expect(call.signal.aborted).toBe(true);
    scene.clock.advance(WAIT_MS);
    expect(codeOf(await answer)).toBe('DEADLINE_EXCEEDED');
  });

  test('does not cut FetchUnread with a wait of 30 s at 10 s', async () => {
    const scene = new ServiceScene();
    const [{ token: ada }, { token: bob }] = [await scene.newSession('Ada'), await scene.newSession('Bob')];
    const { id: chatId } = await scene.newChat(ada);
    const answer = scene.fetchUnread(callOf('FetchUnread', bob), chatId, { waitMs: WAIT_MS });
    await quiet();
    scene.clock.advance(WAIT_MS - 1);
    await quiet();
    await scene.post(ada, chatId);
    expect(accepted(await answer).messages).toHaveLength(1);
  });
});

describe('a failure of the storage', () => {
  test.each([
    ['STORAGE_UNAVAILABLE', new StorageUnavailableError('db.internal is gone')],
    ['STORAGE_FULL', new StorageFullError('no space left on db.internal')],
  ])('is answered with %s, without its cause', async (code, error) => {
    const scene = failingWith(error);
    const { answer } = await failedPost(scene);
    expect(answer).toEqual(new Refusal(code as Refusal['code']));
    expect(scene.logged.join('\n')).toContain(error.message);
  });

  test('that nobody expected is answered with INTERNAL and the id under which its cause was logged', async () => {
    const scene = failingWith(new TypeError('the cause'));
    const { answer } = await failedPost(scene);
    const { correlationId } = answer as Refusal;
    expect(answer).toEqual(new Refusal('INTERNAL', { correlationId: correlationId! }));
    const lines = scene.logged.filter((line) => line.includes(correlationId!));
    expect(lines).toEqual([expect.stringContaining('the cause')]);
  });

  test.each([new TypeError('the cause'), new StorageUnavailableError('the cause'), new StorageFullError('the cause')])(
    'puts neither the token nor the text of a message into the log: %s',
    async (error) => {
      const scene = failingWith(error);
      const { token } = await failedPost(scene);
      const log = scene.logged.join('\n');
      expect(log).toContain('the cause');
      expect(log).not.toContain(token);
      expect(log).not.toContain('a secret text');
    },
  );
});

test('a failure in an API, outside of its use-case, is answered with INTERNAL and logged in the same way', () => {
  const scene = new ServiceScene();
  const refusal = scene.service.failed(callOf('GetStats'), new TypeError('the cause'));
  expect(refusal).toEqual(new Refusal('INTERNAL', { correlationId: refusal.correlationId! }));
  expect(scene.logged).toEqual([expect.stringMatching(/^error: /)]);
  for (const part of [refusal.correlationId!, 'GetStats', 'the cause']) expect(scene.logged[0]).toContain(part);
});

test('so is the failure of a request that came to no call', () => {
  const scene = new ServiceScene();
  const { code, correlationId } = scene.service.failed(undefined, new TypeError('the cause'));
  expect(code).toBe('INTERNAL');
  expect(scene.logged).toEqual([expect.stringMatching(/^error: /)]);
  for (const part of [correlationId!, 'the cause']) expect(scene.logged[0]).toContain(part);
});
